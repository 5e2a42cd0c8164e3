/// What `tare doctor` found, for people and as JSON.
internal import Foundation
package import TareCore
internal import TareFormats
internal import TareReport

func counted(_ count: Int, _ noun: String) -> String {
  "\(count.text) \(noun)\(count == 1 ? "" : "s")"
}

extension DoctorOutcome {
  package var json: JSONValue {
    var object: JSONObject = [
      "file": .string(file), "container": .string(container), "layout": .string(layout),
      "rows": .int(rows),
      "columns": [
        "taken": .array(
          taken.map { ["meaning": .string($0.meaning), "column": .string($0.column)] }),
        "left_over": .array(
          leftOver.map { column in
            [
              "column": .string(column.name), "kind": .string(column.kind.rawValue),
              "options": .array(column.options.map { .string($0) }),
            ]
          }),
      ],
      "problem": strictError.map { .string($0) } ?? .null,
    ]
    if !skipped.isEmpty { object["skipped_rows"] = skipped.json }
    object["models"] = .array(
      models.map { model in
        [
          "name": model.name.map { .string($0) } ?? .null, "scores": model.facts.json,
          "uses": .array(model.uses.map(\.json)),
        ]
      })
    object["formulas"] = [
      "interval": .string(IntervalWidth.formula),
      "difference": .string(IntervalWidth.differenceFormula),
    ]
    return .object(object)
  }

  package var text: String {
    var blocks = ["\(file): \(container), \(counted(rows, "row")) (\(layout))", columnsText]
    if let strictError {
      let advice =
        models.isEmpty
        ? "No scores can be read." : "Without the bad rows the rest can be used (--skip-bad-rows)."
      blocks.append(
        ["Problem: \(strictError)", skipped.text, advice].filter { !$0.isEmpty }
          .map { $0.wrapped(toWidth: 80) }.joined(separator: "\n"))
    }
    for model in models {
      if models.count > 1, let name = model.name { blocks.append(name) }
      blocks.append(model.facts.lines.joined(separator: "\n"))
      blocks.append(model.usesText)
    }
    if !models.isEmpty { blocks.append(Self.widthsText) }
    return blocks.joined(separator: "\n\n")
  }

  private var columnsText: String {
    let width = taken.map(\.meaning.count).max() ?? 0
    var lines = ["Columns"]
    lines += taken.map { taken in
      let meaning = taken.meaning.padding(toLength: width, withPad: " ", startingAt: 0)
      return "  \(meaning) ← \(taken.column)"
    }
    lines += leftOver.map { column in
      let options = column.options.joined(separator: ", ")
      return
        "  unused: \(column.name) (\(column.kind.rawValue)\(options.isEmpty ? "" : "; \(options)"))"
    }
    return lines.joined(separator: "\n")
  }

  private static var widthsText: String {
    let halves = [0.05, 0.02, 0.01].map { half in
      "±\((100 * half).fixed(0)) points: \(IntervalWidth.prompts(for: half).text)"
    }
    return """
      Labelled prompts for an interval of \(halves.joined(separator: ", ")).
      \(IntervalWidth.formula.wrapped(toWidth: 80))
      """
  }
}

extension DoctorOutcome.Use {
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "use": .string(name), "works": .bool(works), "found": .string(found),
      "doubts": .array(doubts.map { .string($0) }),
      "command": command.map { .string((["tare"] + $0).shellText) } ?? .null,
    ]
    for (key, value) in numbers.members { object[key] = value }
    return .object(object)
  }
}

extension DoctorOutcome.Model {
  fileprivate var usesText: String {
    var lines: [String] = []
    for use in uses {
      let verdict = !use.works ? "no" : use.doubts.isEmpty ? "yes" : "yes, but"
      lines.append("\(use.name): \(verdict)")
      lines += indented(use.found)
      for doubt in use.doubts { lines += indented("! " + doubt) }
      if let command = use.command { lines.append("  $ " + (["tare"] + command).shellText) }
    }
    return lines.joined(separator: "\n")
  }

  private func indented(_ text: String) -> [String] {
    text.wrapped(toWidth: 78).split(separator: "\n").map { "  " + $0 }
  }
}

extension ScoreFacts {
  fileprivate var lines: [String] {
    let perPrompt =
      fewestPerPrompt == mostPerPrompt
      ? "\(mostPerPrompt) each"
      : "\(fewestPerPrompt) to \(mostPerPrompt) each, median \(medianPerPrompt)"
    var lines = [
      "\(counted(responses, "response")) to \(counted(prompts, "prompt")) (\(perPrompt))"
    ]
    if singlePrompts > 0, severalPrompts > 0 {
      lines.append("\(counted(singlePrompts, "prompt")) with one response: nothing to compare")
    }
    if isConstant {
      lines.append("Scores: all \(range.lowerBound.significant(4)): constant, of no use")
    } else {
      lines.append(
        "Scores: \(range.lowerBound.significant(4)) to \(range.upperBound.significant(4)), "
          + "\(distinctScores.text) distinct"
          + (tiedPrompts > 0 ? "; equal ones in \(counted(tiedPrompts, "prompt"))" : ""))
    }
    let words =
      switch labels {
      case .none: "none"
      case .roles: "chosen and rejected"
      case .rightOrWrong: "1 and 0"
      case .grades: "grades"
      }
    lines.append(
      "Labels: \(words)"
        + (unlabelled > 0 ? "; \(counted(unlabelled, "response")) without one" : ""))
    lines.append("Lengths: \(hasLengths ? "known" : "not known")")
    return lines
  }
}
