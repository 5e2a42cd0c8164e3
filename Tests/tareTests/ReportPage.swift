/// A report of the program itself, made once: two runs of a tiny model on pairs with hostile texts.
import Foundation
import TareTesting

struct ReportPage {
  let folder: TemporaryFolder
  let url: URL

  static let hostile = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"

  /// - Parameter runs: how many; each beyond the first has the scores of another calibration.
  init() throws {
    let workshop = try Workshop(pairs: 2)
    folder = workshop.folder
    var generator = SplitMix(state: 5)
    var lines = ""
    for index in 0..<90 {
      func text() -> String {
        let count = Int.random(in: 1...30, using: &generator)
        return (0..<count).map { _ in
          ["red", "sings", "über", "a", "bird", Self.hostile].randomElement(using: &generator) ?? ""
        }.joined(separator: " ")
      }
      lines += """
        {"id": "p\(index)", "subset": "kind \(index % 15)", "prompt": "\(text())", \
        "chosen": "\(text())", "rejected": "\(text()) no"}

        """
    }
    let pairs = try folder.file("hostile.jsonl", Data(lines.utf8))
    let store = folder.path("store.sqlite")
    url = folder.url.appending(path: "report.html")
    let (routing, attention) = try InspectionExample.write(to: folder)
    let commands = [
      [
        "score", pairs, "--model", workshop.model, "--head", workshop.head, "--store", store,
        "--run",
        "tiny", "--date", "2026-11-23",
      ],
      ["calibrate", "--store", store, "--run", "tiny", "--method", "lowess"],
      [
        "score", pairs, "--model", workshop.model, "--head", workshop.head, "--store", store,
        "--run",
        "tiny, <b>first</b> token", "--date", "2026-11-23", "--read", "mean",
      ],
      [
        "report", "--store", store, "--output", url.path, "--bootstrap", "200", "--method",
        "lowess", "--inspection", routing, "--inspection", attention,
      ],
    ]
    for command in commands {
      let result = try Program.run(command)
      guard result.status == 0 else {
        throw Browser.Failure(description: "\(command.joined(separator: " ")): \(result.error)")
      }
    }
  }

  static let shared = Result { try ReportPage() }
}
