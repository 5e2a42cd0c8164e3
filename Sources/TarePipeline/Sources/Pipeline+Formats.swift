/// `tare formats`: what a file is and how it is read, or all that can be read.
package import TareCore
internal import TareFormats
internal import TareNumerics

package struct FormatsRequest: Sendable {
  /// A file, or - for standard input.
  package var input: String
  /// A key of the file formats; nil to recognise it by content.
  package var format: String?
  /// Other names for the file's columns, as `--columns` has them.
  package var columns: [String] = []

  package init(input: String) { self.input = input }
}

package struct FormatsOutcome: Sendable {
  package let json: JSONValue
  /// Lines for people.
  package let text: String
  /// Whether nothing of it can be read.
  package let isUnknown: Bool
  /// Whether scores can be read from it.
  package var hasScores = false
}

extension Pipeline {
  /// - Throws: `TareError.badData` for a file that no container can read, or whose columns are not there.
  package func formats(_ request: FormatsRequest) throws(TareError) -> FormatsOutcome {
    let file = try InputFile(request.input)
    let description = try FileDescription(
      file.bytes, name: file.name, files: file.files, format: request.format,
      columns: try ColumnMapping(command: request.columns))
    return FormatsOutcome(
      json: description.json, text: description.text,
      isUnknown: description.commands.isEmpty,
      hasScores: description.commands.contains("calibrate"))
  }

  /// All containers and layouts, with an example of each.
  package func formats() -> FormatsOutcome {
    let containers = FileFormats.examples
    let (rows, scores) = (RowLayouts.examples, ScoreLayouts.examples)
    func list(_ entries: [(key: String, summary: String, example: String)]) -> [String] {
      entries.flatMap { entry in
        ["  \(entry.key): \(entry.summary)"]
          + entry.example.split(separator: "\n").map { "    \($0)" }
      }
    }
    func json(_ entries: [(key: String, summary: String, example: String)]) -> JSONValue {
      .array(
        entries.map {
          ["key": .string($0.key), "summary": .string($0.summary), "example": .string($0.example)]
        })
    }
    let lines =
      ["Containers"] + list(containers)
      + [
        "",
        "Layouts of prompts and responses (score, tokenize, train-head, rank --model, pairs --model)",
      ]
      + list(rows)
      + ["", "Layouts of scores (calibrate, evaluate, rank, pairs, report, runs import)"]
      + list(scores)
      + [
        "",
        "For other column names use --columns prompt=question,response=output.text; `tare formats FILE`",
        "shows how a file is read.",
      ]
    return FormatsOutcome(
      json: [
        "containers": json(containers), "texts": json(rows), "scores": json(scores),
      ],
      text: lines.joined(separator: "\n"), isUnknown: false)
  }
}

extension FileDescription {
  /// The page, for people.
  fileprivate var text: String {
    let files = fileCount > 1 ? "\(fileCount) files, " : ""
    let rows = "\(rowCount) \(rowCount == 1 ? "row" : "rows")"
    var lines = ["\(name): \(container.summary), \(files)\(rows)"]
    lines.append("Columns: \(columns.joined(separator: ", "))".cut(to: 400))
    if let texts {
      lines += ["", "Texts: \(texts.layout.key) (\(texts.layout.summary))"] + texts.lines
    }
    if let scores {
      lines += ["", "Scores: \(scores.layout.key) (\(scores.layout.summary))"] + scores.lines
    }
    if texts == nil, scores == nil {
      lines += [
        "", "No columns with the names of prompts, responses or scores were found.",
      ]
      if let nearest {
        lines.append(
          "Nearest layout: \(nearest.layout.key) (\(nearest.layout.summary)), without "
            + nearest.missing.joined(separator: ", "))
        lines.append("Name them with --columns \(nearest.mapping)")
      } else {
        lines.append("Name them with --columns prompt=COLUMN,response=COLUMN,score=COLUMN")
      }
    }
    lines += ["", "Commands: \(commands.isEmpty ? "none" : commands.joined(separator: ", "))"]
    if texts != nil || scores != nil {
      lines.append(
        "To use other columns: --columns NAME=COLUMN, such as prompt=question,response=output.text"
      )
    }
    return lines.joined(separator: "\n")
  }
}

extension FileDescription.Reading {
  fileprivate var lines: [String] {
    let width = taken.map(\.meaning.count).max() ?? 0
    var lines = taken.map { taken in
      "  \(taken.meaning.padding(to: width)) ← \(taken.column)"
    }
    if !leftOver.isEmpty {
      lines.append("  not used: \(leftOver.joined(separator: ", "))".cut(to: 200))
    }
    for row in rows { lines += row.lines }
    if let problem { lines.append("  cannot be read: \(problem)".cut(to: 600)) }
    return lines
  }
}

extension FileDescription.Row {
  fileprivate var lines: [String] {
    var head = "  \(place)"
    if let id, id != prompt { head += ", id \(id.cut(to: 40))" }
    if let subset { head += ", subset \(subset)" }
    var lines = [head]
    if let prompt { lines.append("    prompt    \(prompt.oneLine.cut(to: 64))") }
    // A list of many is told by its beginning.
    for response in responses.prefix(6) {
      var line = "    \(response.role.padding(to: 9))"
      if let score = response.score { line += " score \(score)" }
      if let label = response.label { line += " label \(label)" }
      if let text = response.text { line += " \(text.oneLine.cut(to: 60))" }
      lines.append(line)
    }
    if responses.count > 6 { lines.append("    and \(responses.count - 6) more responses") }
    return lines
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  fileprivate func cut(to length: Int) -> String {
    count > length ? String(prefix(length - 1)) + "…" : self
  }

  fileprivate var oneLine: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
