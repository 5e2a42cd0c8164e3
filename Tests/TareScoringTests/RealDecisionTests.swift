/// Typed questions of a real chat model, compared with transformers' answers. Skipped without the model.
import Foundation
import TareCore
import TareScoring
import TareTemplates
import TareTesting
import Testing

private let file = projectFolder.appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf")

@Suite(
  .enabled(
    if: DecisionFixtures.isHere && FileManager.default.fileExists(atPath: file.path),
    "the shared fixtures, or the model of `make model`, are not here"))
struct RealDecisionTests {
  /// Those of 37 requests whose probabilities differ most.
  static let names: Set = [
    "unknown field beside state", "option order", "state null", "option names that are labels",
  ]

  /// Logits of about 30 are sums of 576 products in float32, after 30 layers of such. Against the same
  /// weights and tokens in float64, transformers' probabilities are off by up to 4.0e-6 here.
  @Test func `a real model's probabilities are transformers', to 1e-5`() throws {
    let model = try DecisionModel(
      file,
      DecisionModel.Options(threads: 2, date: CalendarDate(parsing: "2026-11-29")))
    let requests = try DecisionFixtures.lines("requests.jsonl").map { try JSONValue(parsing: $0) }
    let rows = try DecisionFixtures.lines("real-smollm2/expected.jsonl").map {
      try JSONValue(parsing: $0)
    }
    var (worst, compared) = (0.0, 0)
    for (request, row) in zip(requests, rows) where Self.names.contains(row["name"]?.string ?? "") {
      let asked = try DecisionRequest(parsing: request["request"]?.string ?? "")
      let reads = (row["prompts"]?.array ?? []).flatMap { $0["reads"]?.array ?? [] }
      let readings = try model.answers([asked])[0]
      #expect(reads.count == readings.count)
      for (reading, read) in zip(readings, reads) {
        let scores = (read["scores"]?.array ?? []).compactMap(\.double).map { Float($0) }
        for (own, other) in zip(reading.probabilities, DecisionReading.softmax(scores)) {
          worst = max(worst, Double(abs(own - other)))
          compared += 1
        }
      }
    }
    #expect(compared >= 8)
    #expect(worst <= 1e-5, "\(worst)")
  }
}
