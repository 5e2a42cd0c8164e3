/// `tare pairs`: preference pairs for DPO and its kin, in the formats of TRL.
package import Foundation
package import TareCore
internal import TareEvaluation
internal import TareRanking
internal import TareReport
internal import TareStore

package struct PairsRequest: Sendable {
  package var candidates: CandidatesRequest
  /// A key of the rules; nil for best-worst.
  package var rule: String?
  /// The least difference of the two scores.
  package var margin = 0.0
  /// "drop" or "keep"; nil for drop.
  package var ties: String?
  package var mostPerPrompt: Int?
  /// Whether texts are written as plain strings, in place of lists of messages.
  package var isPlain = false
  /// Whether rows have `margin`, `chosen_score` and `rejected_score`.
  package var hasMargins = false
  package var seed: UInt64 = 1
  /// The least difference of the two scores in standard deviations of it; nil where that is not asked.
  package var sure: Double?
  /// Of the errors of two scores of a prompt.
  package var correlation = 0.0

  package init(candidates: CandidatesRequest) { self.candidates = candidates }

  /// Keys of the rules.
  package static let rules = PairRule.allCases.map(\.rawValue)
}

package struct PairsOutcome: Sendable {
  let made: PreferencePairs
  private let texts: Conversations
  private let style: PairStyle
  /// How often the chosen response is the longer one, by the scores as they were used.
  let lengths: PairLengths
  /// The same of the pairs that the scores without calibration make; nil where nothing was calibrated.
  let before: PairLengths?
  /// Which scores were used, and what was guessed of the rows, a sentence each.
  package let notes: [String]

  /// - Throws: `TareError.badData` where no plain string can hold a prompt.
  fileprivate init(
    _ made: PreferencePairs, before: PreferencePairs?, texts: Conversations, style: PairStyle,
    notes: [String]
  ) throws(TareError) {
    self.made = made
    self.texts = texts
    self.style = style
    self.notes = notes
    lengths = PairLengths(made)
    self.before = before.map(PairLengths.init)
    guard style.isPlain, texts.plain == nil else { return }
    for pair in made.pairs { try pair.requireStrings(texts) }
  }

  /// One line a pair.
  package var lines: some Sequence<[UInt8]> {
    made.pairs.lazy.map { [texts, style] pair in
      if let plain = texts.plain { return pair.line(plain, style) }
      return Array(JSONValue.object(pair.row(texts, style)).text().utf8)
    }
  }

  /// The pairs in the format that is asked for, by its key or the file's name.
  package func encoded(for path: String?, format: String?) throws(TareError) -> Data {
    try Pipeline.encoded(
      made.pairs.map { $0.row(texts, style) }, for: path, format: format)
  }

  /// Why there is nothing to write; nil where there is something.
  package var failure: TareError? {
    guard made.pairs.isEmpty else { return nil }
    if made.dropped.unsure > 0 {
      return .badData(
        place: "the candidates",
        found: "no pairs in \(made.prompts) prompts; \(made.dropped.unsure) are not sure enough",
        accepted: "differences of scores that are large beside their standard deviations")
    }
    return .badData(
      place: "the candidates",
      found: "no pairs in \(made.prompts) prompts; --group names the column that groups the "
        + "responses to one prompt",
      accepted: "prompts with two different responses and different scores")
  }

  package var statistics: JSONValue {
    let dropped = made.dropped
    var object: JSONObject = [
      "prompts": .int(made.prompts), "pairs": .int(made.pairs.count),
      "dropped": [
        "single_prompts": .int(dropped.singlePrompts),
        "repeated_responses": .int(dropped.repeatedResponses), "ties": .int(dropped.ties),
        "below_margin": .int(dropped.belowMargin), "unsure": .int(dropped.unsure),
        "repeated_pairs": .int(dropped.repeatedPairs),
        "beyond_most": .int(dropped.beyondMost),
      ],
      "length": lengths.json,
    ]
    object["length_without_calibration"] = before?.json
    object["notes"] = .array(notes.map { .string($0) })
    return .object(object)
  }
}

extension Pipeline {
  /// - Throws: `TareError.badData` where texts are not known, or no plain string can hold a prompt.
  package func pairs(_ request: PairsRequest) throws(TareError) -> PairsOutcome {
    var settings = try settings(request)
    let candidates = try scoredCandidates(request.candidates)
    if let z = request.sure, let deviations = candidates.deviations {
      settings.sureness = .init(
        z: z, deviations: deviations, correlation: request.correlation)
    }
    guard let texts = candidates.texts else {
      throw .badData(
        place: "the candidates", found: candidates.withoutTexts,
        accepted: "rows with prompt and response, or a run with texts")
    }
    let numbers = ConversationNumbers(texts)
    let made = try PreferencePairs(
      Ranking.rankings(of: candidates.responses, by: candidates.scores), texts: numbers, settings)
    let before = try candidates.uncalibrated.map { (scores) throws(TareError) in
      try PreferencePairs(
        Ranking.rankings(of: candidates.responses, by: scores), texts: numbers, settings)
    }
    return try PairsOutcome(
      made, before: before, texts: texts,
      style: PairStyle(isPlain: request.isPlain, hasMargins: request.hasMargins),
      notes: candidates.notes + [candidates.used])
  }

  private func settings(_ request: PairsRequest) throws(TareError) -> PreferencePairs.Settings {
    var settings = PreferencePairs.Settings()
    if let rule = request.rule {
      guard let known = PairRule(rawValue: rule) else {
        throw .usage(
          "--rule: expected \(PairsRequest.rules.joined(separator: ", ")), found \(rule)")
      }
      settings.rule = known
    }
    guard request.margin >= 0, request.margin.isFinite else {
      throw .usage("--margin: expected 0 or more, found \(request.margin)")
    }
    settings.margin = request.margin
    if let sure = request.sure {
      guard sure >= 0, sure.isFinite else {
        throw .usage("--sure: expected 0 or more, found \(sure)")
      }
    }
    guard (-1...1).contains(request.correlation) else {
      throw .usage("--correlation: expected -1 to 1, found \(request.correlation)")
    }
    switch request.ties ?? "drop" {
    case "drop": settings.dropsTies = true
    case "keep": settings.dropsTies = false
    case let other: throw .usage("--ties: expected drop, keep, found \(other)")
    }
    if let most = request.mostPerPrompt, most < 1 {
      throw .usage("--per-prompt: expected at least 1, found \(most)")
    }
    settings.mostPerPrompt = request.mostPerPrompt
    settings.seed = request.seed
    return settings
  }
}

/// How a pair is written.
private struct PairStyle {
  /// Texts as strings.
  let isPlain: Bool
  let hasMargins: Bool
}

extension PreferencePair {
  /// Its numbers under the names that they are written by. TRL's reward trainer takes a column `margin`
  /// into its loss, so that it is there only where it was asked for.
  private func numbers(_ style: PairStyle) -> [(name: String, value: Double)] {
    style.hasMargins
      ? [("chosen_score", chosen.score), ("rejected_score", rejected.score), ("margin", margin)]
      : [("score_chosen", chosen.score), ("score_rejected", rejected.score)]
  }

  /// TRL's preference format with an explicit prompt: conversational, or of plain strings.
  fileprivate func row(_ texts: Conversations, _ style: PairStyle) -> JSONObject {
    let (better, worse) = (texts[chosen.row], texts[rejected.row])
    var row: JSONObject
    if style.isPlain {
      row = [
        "prompt": .string(better.prompt[0].content), "chosen": .string(better.response),
        "rejected": .string(worse.response),
      ]
    } else {
      row = [
        "prompt": .array(better.prompt.map(\.json)),
        "chosen": .array(better.turns.map(\.json)), "rejected": .array(worse.turns.map(\.json)),
      ]
      for (key, value) in better.context.json.members { row[key] = value }
    }
    row["id"] = .string(promptID)
    for (name, value) in numbers(style) { row[name] = .double(value) }
    return row
  }

  /// The text of the same row of plain texts, on one line, in UTF-8.
  fileprivate func line(_ texts: any PlainTexts, _ style: PairStyle) -> [UInt8] {
    var line: [UInt8] = []
    var separator = "{"
    func append(_ key: String, role: String, _ text: [UInt8]) {
      line += "\(separator)\"\(key)\":".utf8
      separator = ","
      if !style.isPlain { line += "[{\"role\":\"\(role)\",\"content\":".utf8 }
      line.appendQuoted(text)
      if !style.isPlain { line += "}]".utf8 }
    }
    append("prompt", role: "user", texts.prompt(chosen.row))
    append("chosen", role: "assistant", texts.response(chosen.row))
    append("rejected", role: "assistant", texts.response(rejected.row))
    line += ",\"id\":".utf8
    line.appendQuoted(Array(promptID.utf8))
    for (name, value) in numbers(style) {
      line += ",\"\(name)\":\(JSONValue.double(value).text())".utf8
    }
    line += "}".utf8
    return line
  }

  /// - Throws: `TareError.badData` where strings cannot hold the pair.
  fileprivate func requireStrings(_ texts: Conversations) throws(TareError) {
    guard
      let found = texts[chosen.row].beyondStrings ?? texts[rejected.row].beyondStrings
    else { return }
    throw .badData(
      place: "prompt '\(promptID)'", found: found,
      accepted: "one user message, and responses that are plain text, with --plain")
  }
}

extension Conversation {
  /// What of it two strings cannot hold; nil where they can.
  fileprivate var beyondStrings: String? {
    guard prompt.count == 1, prompt[0].role == "user" else {
      return "the roles \(prompt.map(\.role).joined(separator: ", "))"
    }
    if let member = context.json.keys.first { return "'\(member)'" }
    if !prompt[0].isPlain { return "a prompt with members other than role and content" }
    return turns.isPlainResponse ? nil : "a response that is not plain text"
  }
}

/// Which response of each pair is the longer one.
struct PairLengths: Sendable {
  let pairs: Int
  /// A prompt may have several pairs.
  let prompts: Int
  let chosenLonger: Int
  let alike: Int
  /// Mean length of chosen less that of rejected, in Unicode scalars.
  let meanDifference: Double

  init(_ made: PreferencePairs) {
    let differences = made.pairs.map(\.lengthDifference)
    pairs = differences.count
    prompts = Set(made.pairs.map(\.promptID)).count
    chosenLonger = differences.count { $0 > 0 }
    alike = differences.count { $0 == 0 }
    meanDifference = pairs > 0 ? Double(differences.reduce(0, +)) / Double(pairs) : 0
  }

  /// 95%, Wilson's of as many trials as there are prompts; nil without pairs.
  var interval: ClosedRange<Double>? {
    guard pairs > 0 else { return nil }
    return Proportion.wilson(
      share: Double(chosenLonger) / Double(pairs), trials: pairs, clusters: max(1, prompts))
  }

  var json: JSONValue {
    [
      "pairs": .int(pairs), "chosen_longer": .int(chosenLonger), "alike": .int(alike),
      "share_chosen_longer": pairs > 0 ? .double(Double(chosenLonger) / Double(pairs)) : .null,
      "interval": interval?.json ?? .null,
      "mean_difference": pairs > 0 ? .double(meanDifference) : .null,
    ]
  }
}

extension PairsOutcome {
  /// In words and a table, for people.
  package func text(coloured: Bool) -> String {
    let dropped = made.dropped
    let reasons = [
      (dropped.ties, "tied"), (dropped.belowMargin, "below the margin"),
      (dropped.unsure, "unsure"),
      (dropped.repeatedPairs, "repeated"), (dropped.beyondMost, "above the maximum per prompt"),
    ].filter { $0.0 > 0 }.map { "\($0.0.text) \($0.1)" }
    var lines = ["\(made.pairs.count.text) pairs from \(made.prompts.text) prompts"]
    if !reasons.isEmpty { lines[0] += "; left out: " + reasons.joined(separator: ", ") }
    if dropped.singlePrompts > 0 {
      lines.append("\(dropped.singlePrompts.text) prompts do not have two different responses")
    }
    if dropped.repeatedResponses > 0 {
      lines.append(
        "\(dropped.repeatedResponses.text) responses repeat a better one of their prompt")
    }
    var table = TerminalTable(columns: [
      .init("length", .left), .init("pairs"), .init("chosen longer", .left), .init("similar"),
      .init("mean difference"),
    ])
    for (name, lengths) in [("without calibration", before), ("as written", lengths)] {
      guard let lengths else { continue }
      guard lengths.pairs > 0 else {
        table.addRow([name, lengths.pairs.text, "–", "–", "–"])
        continue
      }
      let share = Double(lengths.chosenLonger) / Double(lengths.pairs)
      table.addRow([
        name, lengths.pairs.text, "\(share.percent)%  \(lengths.interval?.percent ?? "–")",
        lengths.alike.text, lengths.meanDifference.fixed(1),
      ])
    }
    let notes = notes.map { $0.wrapped(toWidth: 80) }.joined(separator: "\n")
    return lines.joined(separator: "\n") + "\n\n" + table.text(style: .init(coloured)) + "\n"
      + notes
  }
}
