/// A judge's outcome in words and as JSON.
internal import Foundation
package import TareCore
internal import TareRemote
internal import TareStore

extension JudgeOutcome {
  /// A sentence a line.
  package var text: String {
    var lines = [
      "judged \(responses - unscored) of \(responses) responses by \(work.model) "
        + "(template \(work.asker.template.name))", requestLine,
    ]
    lines += verdictLines + noiseLines + placeLines
    if let destination { lines.append("kept in \(destination)") }
    return lines.joined(separator: "\n")
  }

  private var requestLine: String {
    var line = "\(work.asked) answers in \(work.sent) requests"
    if work.known > 0 { line += ", \(work.known) already in the store" }
    if work.repeated > 0 { line += ", \(work.repeated) the same as another" }
    if work.promptTokens + work.answerTokens > 0 {
      line += "; \(work.promptTokens) prompt and \(work.answerTokens) answer tokens"
    }
    return line
  }

  private var verdictLines: [String] {
    var lines: [String] = []
    let reasons = JudgeSilence.allCases.compactMap { silence in
      silences[silence].map { "\($0) \(silence.words)" }
    }
    if !reasons.isEmpty {
      lines.append(
        "\(verdicts) of \(total) verdicts; \(reasons.joined(separator: ", "))")
    }
    if unscored > 0 {
      lines.append(
        "\(unscored) responses have no score; their rows have null (--missing drop leaves them out)"
      )
    }
    let (fromTokens, fromTexts) = (sources[.logProbabilities] ?? 0, sources[.text] ?? 0)
    if fromTokens > 0 {
      lines.append(
        "scores are expected values over the verdict's log-probabilities"
          + (fromTexts > 0
            ? " for \(fromTokens) answers, and the verdict in the text for \(fromTexts)" : ""))
    } else if fromTexts > 0 {
      lines.append("scores are the verdicts in the text: no log-probabilities were given")
    }
    if let mass {
      lines.append("labels hold \(mass.percentText) of the probability at the verdict on average")
    }
    return lines
  }

  private var noiseLines: [String] {
    guard work.samples > 1, let noise = statistics.noise else { return [] }
    var line = "noise of one answer: standard deviation \(noise.text(3))"
    if let reliability = statistics.reliability {
      line += "; reliability of one answer \(reliability.text(3)) (ICC)"
    }
    return [line]
  }

  private var placeLines: [String] {
    var lines: [String] = []
    let preferences = statistics.preferences
    if preferences.count == 2 {
      lines.append("preference for the response shown first: \(preferences[0].shareText)")
    } else if !preferences.isEmpty {
      let places = zip(VerdictChoices.letters(preferences.count), preferences)
        .map { "\($0) \($1.shareText)" }
      lines.append("preference by place: \(places.joined(separator: ", "))")
    }
    if let disagreement = statistics.disagreement {
      lines.append(
        "orders disagree in \(statistics.disagreeing) of \(statistics.compared) comparisons"
          + disagreement.intervalText { $0.percentText })
    }
    return lines
  }

  /// What a reader of the scores must know, a sentence each.
  package var warnings: [String] {
    var lines: [String] = []
    if work.engine.hasNoLogProbabilities {
      lines.append("the server refuses log-probabilities: verdicts are read from the text")
    }
    if (sources[.logProbabilities] ?? 0) > 0, (sources[.text] ?? 0) > 0 {
      lines.append(
        "scores mix expected values (\(sources[.logProbabilities] ?? 0) answers) with verdicts in "
          + "the text (\(sources[.text] ?? 0)), which are coarser")
    }
    if ambiguous > 0 {
      lines.append(
        "\(ambiguous) answers: the tokens do not tell 1 from 10, so the verdict in the text counts "
          + "(a scale of 0-9 avoids this)")
    }
    if lowMasses > 0 {
      lines.append(
        "\(lowMasses) answers: the labels hold less than half of the probability; the judge may not "
          + "follow the prompt")
    }
    let asked = total - (silences[.notAsked] ?? 0)
    if asked > 0, Double(unparsed) > 0.05 * Double(asked) {
      lines.append(
        "\(unparsed) of \(asked) answers have no verdict; if those are hard cases, scores of the rest "
          + "are not representative")
    }
    if let refusal = work.refused.values.map(\.description).min() {
      let count = work.refused.count
      lines.append(
        "\(count) \(count == 1 ? "request was" : "requests were") refused, for example: \(refusal)")
    }
    if let disagreement = statistics.disagreement, disagreement.value > 0.3 {
      lines.append(
        "the order of the responses decides \(disagreement.value.percentText) of the comparisons")
    }
    return lines
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "model": .string(work.model), "template": .string(work.asker.template.name),
      "form": .string(work.asker.template.form.rawValue), "responses": .int(responses),
      "unscored": .int(unscored), "answers": .int(total), "verdicts": .int(verdicts),
      "asked": .int(work.asked), "known": .int(work.known), "repeated": .int(work.repeated),
      "requests": .int(work.sent), "prompt_tokens": .int(work.promptTokens),
      "answer_tokens": .int(work.answerTokens), "seconds": .double(work.seconds),
    ]
    var reasons: JSONObject = [:]
    for silence in JudgeSilence.allCases {
      reasons[silence.rawValue] = .int(silences[silence] ?? 0)
    }
    object["without_verdict"] = .object(reasons)
    object["from_logprobs"] = .int(sources[.logProbabilities] ?? 0)
    object["from_text"] = .int(sources[.text] ?? 0)
    object["ambiguous"] = .int(ambiguous)
    object["label_mass"] = mass.map { .double($0) } ?? .null
    object["low_label_mass"] = .int(lowMasses)
    object["noise"] = statistics.noise?.json ?? .null
    object["reliability"] = statistics.reliability?.json ?? .null
    if work.asker.template.form != .rating {
      object["place_preference"] = .array(statistics.preferences.map(\.json))
      object["orders_compared"] = .int(statistics.compared)
      object["orders_disagree"] = .int(statistics.disagreeing)
      object["disagreement"] = statistics.disagreement?.json ?? .null
    }
    object["stopped"] = stopped.map { .string($0) } ?? .null
    return .object(object)
  }
}

extension JudgeEstimate {
  fileprivate func intervalText(_ words: (Double) -> String) -> String {
    interval.map { " (95%: \(words($0.lowerBound)) to \(words($0.upperBound)))" } ?? ""
  }

  fileprivate func text(_ digits: Int) -> String {
    func words(_ value: Double) -> String { String(format: "%.\(digits)f", value) }
    return words(value) + intervalText(words)
  }

  /// A difference of probabilities in points of percent.
  fileprivate var shareText: String {
    func words(_ value: Double) -> String { String(format: "%+.1f points", 100 * value) }
    return words(value) + intervalText(words)
  }
}

extension Double {
  fileprivate var percentText: String { String(format: "%.1f%%", 100 * self) }
}
