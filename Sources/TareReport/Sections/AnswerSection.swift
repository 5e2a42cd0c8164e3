/// The report's answer in words and a few large numbers.
internal import TareEvaluation

package enum AnswerSection: ReportSection {
  package static let key = "answer"
  package static let summary =
    "accuracy, dependence on length, whether to calibrate and what it changes"
  package static let title = "The answer"

  package static func contents(of report: Report) -> [Markup] {
    if report.runs.count > 1 { overview(report) }
    eachRun(of: report) { run in
      numbers(of: run)
      let findings = run.findings
      if findings.isEmpty {
        tag("p", ["class": "missing"]) {
          "There are neither labelled pairs nor lengths, so there is nothing to report."
        }
      } else {
        findingList(findings)
      }
    }
  }

  /// A line a run.
  private static func overview(_ report: Report) -> Markup {
    let caption = "Overview of the runs, accuracy in per cent"
    return wideFrame(caption) {
      tag("table", ["class": "accuracy"]) {
        tag("caption") { caption }
        tag("thead") {
          tag("tr") {
            for title in [
              "Run", "Raw", "Calibrated", "Rank corr. with length within prompts", "Calibrate?",
            ] { tag("th", ["scope": "col"]) { title } }
          }
        }
        tag("tbody") {
          for run in report.runs {
            tag("tr") {
              tag("th", ["scope": "row"]) { run.name }
              cell(
                run.raw?.accuracies.overall.value.percent,
                run.raw?.accuracies.overall.interval.percent)
              cell(
                run.calibrated?.accuracies.overall.value.percent,
                run.calibrated?.accuracies.overall.interval.percent)
              cell(
                run.before?.withinPrompt?.value.signed, run.before?.withinPrompt?.interval?.signed)
              tag("td") {
                run.advice.map {
                  ($0.corrects ? "yes" : "no") + ($0.isByLabels ? ", by the labels" : "")
                } ?? "–"
              }
            }
          }
        }
      }
    }
  }

  private static func cell(_ value: String?, _ interval: String?) -> Markup {
    tag("td") {
      value ?? "–"
      if let interval { tag("span", ["class": "interval"]) { interval } }
    }
  }

  @MarkupBuilder private static func numbers(of run: Report.Run) -> [Markup] {
    let raw = run.raw?.accuracies.overall
    let measure = (run.raw?.measure ?? "accuracy").capitalisedFirst
    let within = run.before?.withinPrompt
    if raw != nil || within != nil {
      tag("div", ["class": "numbers"]) {
        if let raw {
          number("\(measure), raw", "\(raw.value.percent)%", raw.interval.percent, "raw")
        }
        if let after = run.calibrated?.accuracies.overall {
          number(
            "\(measure), calibrated\(run.labelNote)", "\(after.value.percent)%",
            after.interval.percent, "calibrated")
        }
        if let change = run.comparison?.differences.overall {
          if change.isTested {
            number(
              "Change in points", change.value.signedPercent, change.interval.signedPercent,
              "change")
          } else {
            NumberCard(
              name: "Change in points", value: change.value.signedPercent,
              note: run.comparison?.labelUse == .inSample ? "in-sample: not tested" : "not tested",
              kind: "change"
            ).markup
          }
        }
        if let within {
          number("Rank corr. with length", within.value.signed, within.interval?.signed, "length")
        }
      }
    }
  }

  private static func number(
    _ name: String, _ value: String, _ interval: String?, _ kind: String
  ) -> Markup {
    NumberCard(name: name, value: value, interval: interval, kind: kind).markup
  }
}

extension Report.Run {
  /// " (held out)" where the labels had a part in the calibration.
  fileprivate var labelNote: String {
    switch comparison?.labelUse {
    case .heldOut: " (held out)"
    case .inSample: " (in-sample)"
    case .unused: " (labels unused)"
    default: ""
    }
  }
}
