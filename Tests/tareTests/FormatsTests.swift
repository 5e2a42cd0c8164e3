/// `tare formats`, and columns by name in every command, from outside.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct FormatsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ text: String) throws -> String {
    try folder.file(name, Data(text.utf8))
  }

  @Test func `without a file all that can be read is listed`() throws {
    let text = try Program.run(["formats"])
    #expect(text.status == 0)
    for part in [
      "Containers", "Layouts of prompts and responses", "Layouts of scores", "hh-rlhf",
      "rewardbench-2",
    ] {
      #expect(text.output.contains(part))
    }
    let json = try JSONValue(parsing: Program.run(["formats", "--json"]).output)
    #expect(json["texts"]?.array?.contains { $0["key"] == "pairs" } == true)
    for kind in ["containers", "texts", "scores"] {
      #expect(json[kind]?.array?.allSatisfy { $0["example"]?.string != nil } == true)
    }
    #expect(text.output.contains("    prompt_id,score,length\n    7,2.5,120\n"))
    #expect(try Program.run(["formats", "--columns", "a=b"]).status == 64)
  }

  @Test func `a file's page says what is taken for what`() throws {
    let path = try file(
      "pairs.jsonl",
      #"{"id":"7","subset":"sums","prompt":"2+2?","chosen":"4","rejected":"5","note":"mine"}"#
        + "\n"
    )
    let page = try Program.run(["formats", path])
    #expect(page.status == 0)
    #expect(
      page.output == """
        \(path): JSON Lines, one object per row, 1 row
        Columns: id, subset, prompt, chosen, rejected, note

        Texts: pairs (prompt, chosen, rejected: texts or messages; lists for several of either)
          chosen   ← chosen
          rejected ← rejected
          prompt   ← prompt
          id       ← id
          subset   ← subset
          not used: note
          line 1, id 7, subset sums
            prompt    2+2?
            chosen    4
            rejected  5

        Commands: score, tokenize, rank --model, pairs --model, train-head, smooth
        To use other columns: --columns NAME=COLUMN, such as prompt=question,response=output.text

        """)
    let json = try JSONValue(parsing: Program.run(["formats", path, "--json"]).output)
    #expect(json["container"]?["key"] == "jsonl")
    #expect(json["texts"]?["layout"] == "pairs")
    #expect(json["texts"]?["left_over"] == ["note"])
    #expect(json["scores"] == .null)
  }

  @Test func `scores are shown with their texts, prompts and labels`() throws {
    let path = try file(
      "s.jsonl",
      #"{"prompt":"p","responses":["a","b"],"scores":[0.5,1.5],"labels":[1,0],"more":1}"# + "\n")
    let json = try JSONValue(parsing: Program.run(["formats", path, "--json"]).output)
    #expect(json["scores"]?["layout"] == "lists")
    #expect(
      json["scores"]?["taken"] == [
        ["for": "score", "column": "scores"], ["for": "prompt", "column": "prompt"],
        ["for": "label", "column": "labels"],
      ])
    let responses = json["scores"]?["rows"]?.array?.first?["responses"]
    #expect(
      responses == [
        ["role": "chosen", "text": "a", "score": 0.5, "label": 1.0],
        ["role": "rejected", "text": "b", "score": 1.5, "label": 0.0],
      ])
    let commands = json["commands"]?.array?.compactMap(\.string) ?? []
    #expect(Set(["calibrate", "evaluate", "rank", "pairs", "score"]).isSubset(of: commands))
  }

  @Test func `what no command can read names the nearest layout, and mapping it helps`() throws {
    let path = try file("a.csv", "user_prompt,model_answer\n2+2?,4\n")
    let page = try Program.run(["formats", path])
    #expect(page.status == 65)
    #expect(page.output.contains("Nearest layout: response (prompt, response)"))
    #expect(page.output.contains("--columns prompt=user_prompt,response=model_answer"))
    let mapped = try Program.run([
      "formats", path, "--columns", "prompt=user_prompt,response=model_answer",
    ])
    #expect(mapped.status == 0)
    #expect(mapped.output.contains("Commands: score, tokenize"))
    let wrong = try Program.run(["formats", path, "--columns", "prompt=question"])
    #expect(wrong.status == 65)
    #expect(wrong.error.contains("expected one of 'user_prompt', 'model_answer'"))
  }

  // MARK: - Every command takes --columns

  private let mapping = "prompt_id=q,score=r.value,label=ok"

  private func scores() throws -> String {
    var lines = ""
    for prompt in 0..<30 {
      for answer in 0..<2 {
        let value = Double((prompt * 7 + answer * 11) % 13) + (answer == 0 ? 4 : 0)
        lines += """
          {"q":"p\(prompt)","r":{"value":\(value),"unit":"x"},"ok":\(answer == 0),\
          "length":\(20 + (prompt * 5 + answer * 3) % 17)}

          """
      }
    }
    return try file("scores.jsonl", lines)
  }

  @Test func `commands on scores take columns by name`() throws {
    let path = try scores()
    let plain = folder.path("plain.csv")
    var csv = "prompt_id,score,label,length\n"
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let row = try JSONValue(parsing: String(line))
      csv +=
        "\(row["q"]?.string ?? ""),\(row["r"]?["value"]?.double ?? 0),"
        + "\(row["ok"] == true ? 1 : 0),\(row["length"]?.int ?? 0)\n"
    }
    try csv.write(toFile: plain, atomically: true, encoding: .utf8)

    let bare = try Program.run(["evaluate", path, "--json"])
    #expect(bare.status == 65)
    let evaluated = try Program.run(["evaluate", path, "--columns", mapping, "--json"])
    #expect(evaluated.status == 0, "\(evaluated.error)")
    let expected = try Program.run(["evaluate", plain, "--json"])
    #expect(
      try JSONValue(parsing: evaluated.output)["overall"]
        == JSONValue(parsing: expected.output)["overall"])

    let out = folder.path("out.jsonl")
    let calibrated = try Program.run(["calibrate", path, "--columns", mapping, "-o", out])
    #expect(calibrated.status == 0, "\(calibrated.error)")
    let first = try String(contentsOfFile: out, encoding: .utf8).split(separator: "\n")[0]
    // The row is as it was, with two columns more.
    #expect(first.hasPrefix(#"{"q":"p0","r":{"value":4"#))
    #expect(first.contains(#""calibrated":"#))

    let ranked = try Program.run(["rank", path, "--columns", mapping, "--json"])
    #expect(try JSONValue(parsing: ranked.output).array?.count == 30, "\(ranked.error)")
    let smoothed = try Program.run([
      "smooth", path, "--columns", "y=r.value", "--x", "length", "--y", "y", "--json",
    ])
    #expect(smoothed.status == 0, "\(smoothed.error)")
    let page = folder.path("r.html")
    let report = try Program.run([
      "report", path, "--columns", mapping, "-o", page, "--bootstrap", "200",
    ])
    #expect(report.status == 0, "\(report.error)")
  }

  @Test func `a run that is imported keeps its columns' names, and gives the file back`() throws {
    let path = try scores()
    let store = folder.path("s.sqlite")
    let arguments = ["--store", store, "--run", "r"]
    let imported = try Program.run(["runs", "import", path, "--columns", mapping] + arguments)
    #expect(imported.status == 0, "\(imported.error)")
    let fromStore = try Program.run(["evaluate", "--json"] + arguments)
    let direct = try Program.run(["evaluate", path, "--columns", mapping, "--json"])
    #expect(
      try JSONValue(parsing: fromStore.output)["overall"]
        == JSONValue(parsing: direct.output)["overall"])
    let exported = try Program.run(["runs", "export", "r", "-", "--store", store])
    #expect(try exported.output == String(contentsOfFile: path, encoding: .utf8))
    let mixed = try Program.run(["evaluate", "--columns", mapping] + arguments)
    #expect(mixed.status == 64)
  }

  @Test func `commands on texts take columns by name, and a run keeps them`() throws {
    let workshop = try Workshop(pairs: 6)
    let other = folder.path("other.jsonl")
    let text = try String(contentsOfFile: workshop.pairs, encoding: .utf8)
    try text.replacing("\"prompt\"", with: "\"q\"").replacing("\"chosen\"", with: "\"yes\"")
      .replacing("\"rejected\"", with: "\"no\"")
      .write(toFile: other, atomically: true, encoding: .utf8)
    let names = try file("names.txt", "# ours\nprompt=q\nchosen=yes\nrejected=no\n")
    let model = ["--model", workshop.model, "--head", workshop.head, "--date", "2026-11-23"]
    let expected = try Program.run(workshop.score())
    let mapped = try Program.run(["score", other, "--columns", "@\(names)"] + model)
    #expect(mapped.status == 0, "\(mapped.error)")
    #expect(mapped.output == expected.output)
    let tokens = ["--model", workshop.model, "--date", "2026-11-23"]
    #expect(
      try Program.run(["tokenize", other, "--columns", "@\(names)"] + tokens).output
        == Program.run(["tokenize", workshop.pairs] + tokens).output)

    let store = ["--store", folder.path("s.sqlite"), "--run", "r"]
    let kept = try Program.run(
      ["score", other, "--columns", "prompt=q,chosen=yes", "--columns", "rejected=no"] + model
        + store)
    #expect(kept.status == 0, "\(kept.error)")
    let shown = try JSONValue(
      parsing: Program.run(["runs", "show", "r", store[0], store[1]]).output)
    #expect(
      shown["settings"]?["columns"] == ["chosen": "yes", "prompt": "q", "rejected": "no"])
    // Other names make another run.
    let changed = try Program.run(
      ["score", other, "--columns", "prompt=q,chosen=no,rejected=yes"] + model + store)
    #expect(changed.status == 64)

    let head = folder.path("h.safetensors")
    let trained = try Program.run([
      "train-head", other, "--columns", "@\(names)", "--model", workshop.model, "--output", head,
    ])
    #expect(trained.status == 0, "\(trained.error)")
  }

  @Test func `ties are scored, counted, and no pairs`() throws {
    let workshop = try Workshop(pairs: 1)
    let votes = try file(
      "votes.jsonl",
      #"{"prompt":"p","response_a":"red","response_b":"blue bird","winner":"model_a"}"# + "\n"
        + #"{"prompt":"q","response_a":"the","response_b":"a bird","winner":"tie"}"# + "\n"
        + #"{"prompt":"r","response_a":"seven","response_b":"a 42","winner":"model_b"}"# + "\n")
    let scored = folder.path("scored.jsonl")
    let result = try Program.run([
      "score", votes, "--model", workshop.model, "--head", workshop.head, "-o", scored,
    ])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("1 of 3 pairs is a tie"))
    let evaluated = try Program.run(["evaluate", scored, "--json"])
    let json = try JSONValue(parsing: evaluated.output)
    #expect(json["benchmark"] == "pairs", "\(evaluated.error)")
    #expect(json["overall"]?["n"] == 2)
    #expect(
      json["notes"]?.array?.contains { $0.string?.hasPrefix("1 prompt of 3 is a tie") == true }
        == true)
  }

  @Test func `contents of parts are texts to a template that reads strings`() throws {
    let workshop = try Workshop(pairs: 1)
    let plain = try file(
      "plain.jsonl",
      #"{"prompt":[{"role":"user","content":"red"}],"chosen":[{"role":"assistant","content":"blue"}],"#
        + #""rejected":"seven"}"# + "\n")
    let parts = try file(
      "parts.jsonl",
      #"{"prompt":[{"role":"user","content":[{"type":"text","text":"red"}]}],"chosen":[{"role":"#
        + #""assistant","content":[{"type":"text","text":"blue"}]}],"rejected":"seven"}"# + "\n")
    let model = ["--model", workshop.model, "--date", "2026-11-23"]
    let expected = try Program.run(["tokenize", plain] + model)
    #expect(expected.status == 0, "\(expected.error)")
    #expect(try Program.run(["tokenize", parts] + model).output == expected.output)
  }

  @Test func `results without scores are told by subset and not calibrated`() throws {
    let path = try file(
      "gem.json",
      #"{"model":"gem","model_type":"Generative RM","chat_template":null,"id":["0","1"],"subset":["Math","Math"],"results":[1,0.25],"text":["t","t"],"num_correct":[1,1]}"#
    )
    let json = try JSONValue(parsing: Program.run(["evaluate", path, "--json"]).output)
    #expect(json["benchmark"] == "results")
    #expect(json["overall"]?["accuracy"] == 0.625)
    let calibrated = try Program.run(["calibrate", path])
    #expect(calibrated.status == 65)
    #expect(calibrated.error.contains("expected scores of the responses, found results only"))
  }
}
