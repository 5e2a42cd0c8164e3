#!/usr/bin/env python3
"""Questions in three languages, each with a right and a wrong answer and the reasoning before it: pairs.jsonl.

  python3 make.py

Written for this example. The questions are the same in all languages: `question` says which.
"""
import json

# English, German, Spanish: question, reasoning, right, wrong.
QUESTIONS = {
    "capital": [
        ("What is the capital of France?", "The question asks for a city in France.", "The capital of France is Paris.",
         "The capital of France is a kind of cheese."),
        ("Was ist die Hauptstadt von Frankreich?", "Gefragt ist nach einer Stadt in Frankreich.",
         "Die Hauptstadt von Frankreich ist Paris.", "Die Hauptstadt von Frankreich ist eine Art Käse."),
        ("¿Cuál es la capital de Francia?", "Se pregunta por una ciudad de Francia.", "La capital de Francia es París.",
         "La capital de Francia es un tipo de queso."),
    ],
    "week": [
        ("How many days are in a week?", "From Monday to Sunday.", "A week has seven days.", "I do not like weeks."),
        ("Wie viele Tage hat eine Woche?", "Von Montag bis Sonntag.", "Eine Woche hat sieben Tage.",
         "Ich mag keine Wochen."),
        ("¿Cuántos días tiene una semana?", "De lunes a domingo.", "Una semana tiene siete días.",
         "No me gustan las semanas."),
    ],
    "ice": [
        ("What happens to ice in the sun?", "Ice is frozen water.", "It melts and becomes water.", "It sings a song."),
        ("Was passiert mit Eis in der Sonne?", "Eis ist gefrorenes Wasser.", "Es schmilzt und wird zu Wasser.",
         "Es singt ein Lied."),
        ("¿Qué le pasa al hielo al sol?", "El hielo es agua congelada.", "Se derrite y se convierte en agua.",
         "Canta una canción."),
    ],
    "sum": [
        ("What is three plus four?", "Counting on from three by four.", "Three plus four is seven.",
         "Three plus four is nineteen."),
        ("Was ist drei plus vier?", "Von drei aus um vier weiterzählen.", "Drei plus vier ist sieben.",
         "Drei plus vier ist neunzehn."),
        ("¿Cuánto es tres más cuatro?", "Contar cuatro desde tres.", "Tres más cuatro son siete.",
         "Tres más cuatro son diecinueve."),
    ],
    "sky": [
        ("What colour is the sky on a clear day?", "There are no clouds.", "On a clear day the sky is blue.",
         "The sky has no homework today."),
        ("Welche Farbe hat der Himmel an einem klaren Tag?", "Es gibt keine Wolken.",
         "An einem klaren Tag ist der Himmel blau.", "Der Himmel hat heute keine Hausaufgaben."),
        ("¿De qué color es el cielo en un día despejado?", "No hay nubes.", "En un día despejado el cielo es azul.",
         "El cielo no tiene deberes hoy."),
    ],
    "bread": [
        ("What is bread made of?", "A baker needs a few things.", "Bread is made of flour, water and yeast.",
         "Bread is made of old newspapers."),
        ("Woraus wird Brot gemacht?", "Ein Bäcker braucht einige Dinge.", "Brot wird aus Mehl, Wasser und Hefe gemacht.",
         "Brot wird aus alten Zeitungen gemacht."),
        ("¿De qué se hace el pan?", "Un panadero necesita pocas cosas.", "El pan se hace con harina, agua y levadura.",
         "El pan se hace con periódicos viejos."),
    ],
}


def main() -> None:
    with open("pairs.jsonl", "w", encoding="utf-8") as file:
        for name, versions in QUESTIONS.items():
            for language, (question, reasoning, right, wrong) in zip(("English", "German", "Spanish"), versions):
                def answer(text: str) -> list:
                    return [{"role": "assistant", "reasoning_content": reasoning, "content": text}]
                file.write(json.dumps(
                    {"id": f"{name}-{language}", "question": name, "language": language, "prompt": question, "chosen": answer(right),
                     "rejected": answer(wrong)}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
