/// Several runs in their order, and two by two.
internal import TareEvaluation

package enum SideBySideSection: ReportSection {
  package static let key = "side-by-side"
  package static let summary = "leaderboard of several runs, with paired tests"
  package static let title = "Runs side by side"

  package static func contents(of report: Report) -> [Markup] {
    if let leaderboard = report.leaderboard {
      ranks(leaderboard, report)
      for note in leaderboard.notes { tag("p", ["class": "hint"]) { note + "." } }
      if !report.duels.isEmpty { duels(report) }
    } else {
      tag("p", ["class": "missing"]) {
        report.runs.count < 2
          ? "There is only one run; give several to compare them."
          : "The runs are not on the same benchmark and are not compared."
      }
    }
  }

  @MarkupBuilder private static func ranks(
    _ leaderboard: Leaderboard, _ report: Report
  ) -> [Markup] {
    let bars = IntervalBars(leaderboard.rows.map(\.accuracy))
    let caption = "Leaderboard on \(leaderboard.benchmark), accuracy in per cent"
    wideFrame(caption) {
      tag("table", ["class": "accuracy"]) {
        tag("caption") { caption }
        tag("thead") {
          tag("tr") {
            for title in ["Rank", "Run", "n", "Accuracy", "Behind the best", "q"] {
              tag("th", ["scope": "col"]) { title }
            }
            tag("th", ["scope": "col", "class": "bars"]) {
              tag("span", ["class": "unseen"]) { "95% intervals, as a plot" }
              bars.axis
            }
          }
        }
        tag("tbody") {
          for row in leaderboard.rows { line(row, bars) }
        }
      }
    }
    tag("p", ["class": "hint"]) {
      "Ranks with 95% intervals over resampled prompts. Behind: difference to the best, with its "
      "95% interval. q: paired permutation test of that difference, adjusted for the number of runs "
      "(Benjamini–Hochberg)."
    }
    tag("div", ["class": "tools"]) { csv(leaderboard).link }
  }

  private static func line(_ row: Leaderboard.Row, _ bars: IntervalBars) -> Markup {
    tag("tr", row.rank == 1 ? ["class": "total"] : [:]) {
      tag("td", ["class": "rank"]) {
        row.rank.map { String($0) } ?? "–"
        if let range = row.rankRange { tag("span", ["class": "interval"]) { range } }
      }
      tag("th", ["scope": "row"]) { row.name }
      tag("td") { row.accuracy.n.text + (row.warning == nil ? "" : "*") }
      tag("td") {
        row.accuracy.value.percent
        tag("span", ["class": "interval"]) { row.accuracy.interval.percent }
      }
      tag("td") {
        row.behindBest?.value.percent ?? "–"
        if let behind = row.behindBest {
          tag("span", ["class": "interval"]) { behind.interval.signedPercent }
        }
      }
      tag("td") { row.behindBest.map { pNumber($0.q) } ?? "–" }
      tag("td", ["class": "bars"]) { bars.drawing(raw: row.accuracy, calibrated: nil) }
    }
  }

  private static func csv(_ leaderboard: Leaderboard) -> CSVDownload {
    CSVDownload(
      "CSV", file: "leaderboard",
      header: ["rank", "rank_low", "rank_high", "run", "n", "warning"]
        + Accuracy.csvHeader("accuracy")
        + ["behind", "behind_low", "behind_high", "p", "q"],
      rows: leaderboard.rows.map { row in
        [
          row.rank.map { String($0) } ?? "", row.ranks.map { String($0.lowerBound) } ?? "",
          row.ranks.map { String($0.upperBound) } ?? "", row.name, String(row.accuracy.n),
          row.warning ?? "",
        ]
          + row.accuracy.csv
          + (row.behindBest.map {
            [
              "\($0.value)", "\($0.interval.lowerBound)", "\($0.interval.upperBound)", "\($0.p)",
              "\($0.q)",
            ]
          } ?? ["", "", "", "", ""])
      })
  }

  /// Every two runs: how many trials each has right that the other has not.
  @MarkupBuilder private static func duels(_ report: Report) -> [Markup] {
    let caption = "Pairwise comparison on the same prompts"
    wideFrame(caption) {
      tag("table", ["class": "accuracy"]) {
        tag("caption") { caption }
        tag("thead") {
          tag("tr") {
            for title in [
              "First", "Second", "Second minus first", "Only first right", "Only second", "Both",
              "Neither", "p",
            ] { tag("th", ["scope": "col"]) { title } }
          }
        }
        tag("tbody") {
          for duel in report.duels { line(duel) }
        }
      }
    }
    tag("p", ["class": "hint"]) {
      "Differences in points with 95% intervals from a bootstrap over prompts. p: McNemar's exact "
      "test for proportions of pairs, otherwise a paired permutation test; unadjusted."
    }
    for duel in report.duels {
      if let words = duel.comparison.leftOutText(duel.second, against: duel.first) {
        tag("p", ["class": "hint"]) { "\(duel.first) and \(duel.second): \(words)" }
      }
    }
    tag("div", ["class": "tools"]) { csv(report.duels).link }
  }

  private static func line(_ duel: Report.Duel) -> Markup {
    let difference = duel.comparison.differences.overall
    let agreement = duel.comparison.agreement
    return tag("tr") {
      tag("th", ["scope": "row"]) { duel.first }
      tag("th", ["scope": "row"]) { duel.second }
      tag("td", ["class": "change"]) {
        difference.value.signedPercent
        tag("span", ["class": "interval"]) { difference.interval.signedPercent }
      }
      for count in [
        agreement.onlyA, agreement.onlyB, agreement.bothRight, agreement.bothWrong,
      ] { tag("td") { count.text } }
      tag("td") { pNumber(difference.p) }
    }
  }

  private static func csv(_ duels: [Report.Duel]) -> CSVDownload {
    CSVDownload(
      "CSV", file: "two by two",
      header: [
        "first", "second", "difference", "low", "high", "only_first", "only_second", "both_right",
        "both_wrong", "p",
      ],
      rows: duels.map { duel in
        let difference = duel.comparison.differences.overall
        let agreement = duel.comparison.agreement
        return [
          duel.first, duel.second, "\(difference.value)", "\(difference.interval.lowerBound)",
          "\(difference.interval.upperBound)", String(agreement.onlyA), String(agreement.onlyB),
          String(agreement.bothRight), String(agreement.bothWrong), "\(difference.p)",
        ]
      })
  }

  private static func pNumber(_ p: Double) -> String { p < 0.001 ? "< 0.001" : p.fixed(3) }
}
