/// Turning points of groups, in words and as JSON.
internal import TareCalibration
internal import TareCore
internal import TareNumerics
internal import TareReport

extension GroupedTurningPoints {
  /// - Parameters:
  ///   - place, interval: how places are written.
  func text(
    by: String, _ style: TerminalStyle, place: (Double) -> String
  ) -> String {
    func range(_ range: ClosedRange<Double>?) -> String {
      range.map { "\(place($0.lowerBound)) to \(place($0.upperBound))" } ?? "–"
    }
    var table = TerminalTable(columns: [
      .init(by, .left, leastWidth: 8), .init(kind.rawValue), .init("95%"), .init("resamples"),
      .init("frac"), .init("", .left),
    ])
    for group in groups {
      guard let main = group.main else {
        table.addRow([group.name, "–", "–", "–", group.lowess.frac.significant(3), "none is clear"])
        continue
      }
      table.addRow([
        group.name, place(main.x), range(main.interval), "\(main.share.percent)%",
        group.lowess.frac.significant(3), "clear" + (main.isOneSided ? ", near the end" : ""),
      ])
    }
    let blocks = [table.text(style: style)] + differencesText(by, style)
    return blocks.joined(separator: "\n")
  }

  private func differencesText(_ by: String, _ style: TerminalStyle) -> [String] {
    guard let differences else {
      return [
        "Fewer than two groups have a clear \(kind.rawValue): nothing to compare.\n"
      ]
    }
    var table = TerminalTable(columns: [
      .init("difference", .left, leastWidth: 12), .init(""), .init("95%, all pairs together"),
      .init("p", .left),
    ])
    for pair in differences.pairs {
      let names = [pair.second, pair.first].map { groups[compared[$0]].name }
      table.addRow(
        [
          names.joined(separator: " less "), pair.value.signed2, pair.interval.signed2,
          pValueText(pair.p),
        ], isBold: !pair.interval.contains(0))
    }
    let verdict = differences.p < 0.05 ? "differ" : "do not differ significantly"
    let sentence = """
      The \(kind == .minimum ? "minima" : "maxima") \(verdict) by \(by) (\(pValueText(differences.p)), \
      for all pairs together). Intervals and p values are adjusted for the number of pairs.
      """
    return [table.text(style: style), sentence.wrapped(toWidth: 80) + "\n"]
  }

  func json(_ place: (Double) -> JSONValue) -> JSONValue {
    [
      "kind": .string(kind.rawValue), "p": differences.map { .double($0.p) } ?? .null,
      "groups": .array(
        groups.map { group in
          [
            "value": .string(group.name), "frac": .double(group.lowess.frac),
            "x": group.main.map { place($0.x) } ?? .null,
            "interval": group.main?.interval.map {
              [place($0.lowerBound), place($0.upperBound)]
            } ?? .null,
            "share_of_resamples": group.main.map { .double($0.share) } ?? .null,
            "one_sided": group.main.map { .bool($0.isOneSided) } ?? .null,
          ]
        }),
      "differences": .array(
        (differences?.pairs ?? []).map { pair in
          [
            "first": .string(groups[compared[pair.first]].name),
            "second": .string(groups[compared[pair.second]].name),
            "difference": .double(pair.value),
            "interval": [.double(pair.interval.lowerBound), .double(pair.interval.upperBound)],
            "p": .double(pair.p),
          ]
        }),
    ]
  }
}
