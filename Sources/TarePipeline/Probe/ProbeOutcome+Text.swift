/// What `tare probe` found, as text for people.
internal import TareCore
internal import TareReport

extension ProbeOutcome {
  package func text(coloured: Bool) -> String {
    let style = TerminalStyle(coloured)
    var table = TerminalTable(columns: [
      .init("probe", .left, leastWidth: 14), .init("edited"), .init("effect"), .init("95%"),
      .init("SDs"), .init("flips"), .init("detectable"), .init("", .left),
    ])
    for effect in effects {
      let interval = effect.interval.map {
        "\($0.lowerBound.significant(3)) to \($0.upperBound.significant(3))"
      }
      table.addRow(
        [
          effect.key, effect.responses.text, effect.effect.significant(3), interval ?? "–",
          effect.inMargins?.signed2 ?? "–",
          effect.tried > 0
            ? "\((Double(effect.flipped) / Double(effect.tried)).percent)%" : "–",
          effect.detectable?.significant(2) ?? "–",
          effect.isBias ? "bias" : effect.isBlind ? "blind" : "",
        ], isBold: effect.isBias || effect.isBlind)
    }
    var text = """
      \(responses.text) responses to \(prompts.text) prompts, each edited and scored again; \
      \(tokens.text) tokens, of which \(computedTokens.text) were computed
      """.wrapped(toWidth: 80) + "\n\n" + table.text(style: style) + "\n"
    for sentence in sentences { text += sentence.wrapped(toWidth: 80) + "\n" }
    return text
  }

  private var sentences: [String] {
    var sentences = [
      """
      Effect: mean change of the score, with its 95% interval over prompts; in standard deviations of the \
      margin between two responses to one prompt; share of pairs whose order changes when one of the two \
      is edited; the effect that 80% of such samples would find.
      """
    ]
    let biases = effects.filter(\.isBias).map { "\($0.key) (\($0.summary))" }
    if !biases.isEmpty {
      sentences.append(
        "Bias: the score changes though quality does not: \(biases.joined(separator: ", ")).")
    }
    let blind = effects.filter(\.isBlind).map { "\($0.key) (\($0.summary))" }
    if !blind.isEmpty {
      sentences.append(
        """
        Blind, or too few responses to see it: the score does not fall significantly though the response \
        is worse: \
        \(blind.joined(separator: ", ")).
        """)
    }
    if !unused.isEmpty {
      sentences.append("Not applicable to any response: \(unused.joined(separator: ", ")).")
    }
    if skipped > 0 {
      sentences.append("\(skipped.text) responses are not plain text and were left out.")
    }
    return sentences
  }
}
