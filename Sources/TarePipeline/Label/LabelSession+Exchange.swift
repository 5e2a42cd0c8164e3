/// Labels as files: what the page saves, what another store takes, and preference pairs for other programs.
package import Foundation
internal import TareCalibration
package import TareCore
internal import TareFormats
internal import TareStore

extension LabelSession {
  /// All labels but those that were skipped, a JSON line each: the preferred response as `chosen`, ties with
  /// `tie` true.
  package var exported: Data {
    let byKey = byKey
    var lines = ""
    for label in labels {
      guard let pair = byKey[label.pair], let choice = choice(label, of: pair) else { continue }
      let chosen = choice == .raw ? pair.raw : pair.calibrated
      let rejected = choice == .raw ? pair.calibrated : pair.raw
      var row: JSONObject = [
        "id": .string(pair.id), "prompt": .array(texts[chosen].prompt.map(\.json)),
        "chosen": .array(texts[chosen].turns.map(\.json)),
        "rejected": .array(texts[rejected].turns.map(\.json)), "tie": .bool(choice == .tie),
      ]
      for (key, value) in texts[chosen].context.json.members { row[key] = value }
      row["preferred"] = .string(choice.name)
      row["labeller"] = .string(label.labeller)
      row["labelled_at"] = .string(label.date)
      row["label"] = label.json
      lines += JSONValue.object(row).text() + "\n"
    }
    return Data(lines.utf8)
  }

  /// Takes the labels of a file that a page or `--export` has written.
  ///
  /// - Returns: how many, and how many more are of pairs that are not disputed here.
  /// - Throws: `TareError.badData` that names file and line of what is no label.
  package mutating func take(
    _ path: String
  ) throws(TareError) -> (labels: Int, unknown: Int) {
    let file = try InputFile(path)
    let known = byKey
    var new: [PairLabel] = []
    var unknown = 0
    for (place, line) in file.bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      let name = "\(file.name), line \(place + 1)"
      let label: PairLabel
      do throws(TareError) {
        label = try PairLabel(JSONValue(parsing: Array(line)))
      } catch {
        throw error.inside(name)
      }
      if known[label.pair] == nil { unknown += 1 } else { new.append(label) }
    }
    guard !new.isEmpty || unknown == 0 else {
      throw .badData(
        place: file.name, found: "labels of \(unknown) other pairs",
        accepted: "labels of pairs on which these raw and calibrated scores disagree")
    }
    try keep(new)
    return (new.count, unknown)
  }
}

extension LabelAgreement.Choice {
  fileprivate var name: String {
    switch self {
    case .calibrated: "calibrated"
    case .raw: "raw"
    case .tie: "tie"
    }
  }
}

extension PairLabel.Pair {
  var members: JSONObject {
    [
      "prompt": .string("\(prompt)"), "first": .string("\(first)"), "second": .string("\(second)"),
    ]
  }
}

extension PairLabel {
  fileprivate var json: JSONValue {
    var object = pair.members
    object["verdict"] = .string(verdict.rawValue)
    object["first_is_left"] = .bool(isFirstLeft)
    return .object(object)
  }

  /// - Parameter row: has `labeller`, `labelled_at` and `label`.
  fileprivate init(_ row: JSONValue) throws(TareError) {
    let label = row["label"]
    func digest(_ name: String) throws(TareError) -> Digest {
      guard let text = label?[name]?.string, let digest = Digest(hex: text) else {
        throw .badData(
          place: "label.\(name)", found: label?[name]?.outline ?? "none",
          accepted: "64 hexadecimal digits, as a page of tare label writes them")
      }
      return digest
    }
    let (first, second) = (try digest("first"), try digest("second"))
    guard first < second else {
      throw .badData(
        place: "label", found: "responses in a different order", accepted: "the smaller one first")
    }
    guard let verdict = label?["verdict"]?.string.flatMap(PairLabel.Verdict.init) else {
      throw .badData(
        place: "label.verdict", found: label?["verdict"]?.outline ?? "none",
        accepted: PairLabel.Verdict.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard let isFirstLeft = label?["first_is_left"]?.bool else {
      throw .badData(
        place: "label.first_is_left", found: label?["first_is_left"]?.outline ?? "none",
        accepted: "true or false")
    }
    guard let labeller = row["labeller"]?.string, !labeller.isEmpty else {
      throw .badData(
        place: "labeller", found: row["labeller"]?.outline ?? "none", accepted: "a name")
    }
    let text = row["labelled_at"]?.string ?? ""
    guard let date = try? Date(text, strategy: .iso8601) else {
      throw .badData(
        place: "labelled_at", found: row["labelled_at"]?.outline ?? "none",
        accepted: "a time such as 2026-11-30T16:00:00Z")
    }
    self.init(
      pair: Pair(prompt: try digest("prompt"), first, second), labeller: labeller,
      verdict: verdict, isFirstLeft: isFirstLeft, date: date.formatted(.iso8601))
  }
}
