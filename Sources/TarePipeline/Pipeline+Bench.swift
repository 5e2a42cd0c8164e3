/// `tare bench`: how fast this machine scores, beside what its arithmetic allows.
internal import Foundation
package import TareCore
internal import TareEngine
internal import TareReport

package struct BenchOutcome: Sendable {
  let limit: MachineLimit
  let model: ModelSpeed?

  struct ModelSpeed: Sendable {
    let name: String
    let sequences: Int
    let length: Int
    let tokensPerSecond: Double
    /// 10⁹ operations a second on the layers' weights, two a weight and token, attention not counted.
    let effective: Double
  }

  package var json: JSONValue {
    var object: JSONObject = [
      "threads": .int(limit.threads), "openblas_float32_gflops": .double(limit.openBLAS),
    ]
    for (types, speed) in limit.oneDNN { object["onednn_\(types)_gops"] = .double(speed) }
    if let model {
      object["model"] = .string(model.name)
      object["sequences"] = .int(model.sequences)
      object["length"] = .int(model.length)
      object["tokens_per_second"] = .double(model.tokensPerSecond)
      object["effective_gflops"] = .double(model.effective)
    }
    return .object(object)
  }

  package func text(coloured: Bool) -> String {
    var table = TerminalTable(columns: [
      .init("on \(limit.threads) threads", .left), .init("10⁹ operations/s"),
    ])
    table.addRow(["large products, OpenBLAS float32", limit.openBLAS.fixed(0)])
    for (types, speed) in limit.oneDNN {
      table.addRow(["large products, oneDNN \(types)", speed.fixed(0)])
    }
    if let model {
      table.addRow(
        [
          "\(model.name), float32, \(model.sequences) × \(model.length) tokens",
          model.effective.fixed(0),
        ])
    }
    var text = table.text(style: coloured ? .terminal : .plain)
    if let model {
      text += """

        \(model.tokensPerSecond.fixed(0)) tokens/s, \((model.effective / limit.openBLAS).percent)% \
        of what OpenBLAS reaches in large products.

        """
    }
    return text
  }
}

extension Pipeline {
  /// - Parameter model: a .gguf file; nil measures the machine alone.
  package func bench(model path: String?, threads: Int?) throws(TareError) -> BenchOutcome {
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    try ScoringSettings.checkThreads(threads)
    let speed = try path.map { (path) throws(TareError) in try modelSpeed(path, threads: threads) }
    return BenchOutcome(limit: .measured(threads: threads), model: speed)
  }

  /// The best of five passes over 4 sequences of 512 tokens, the last position read.
  private func modelSpeed(
    _ path: String, threads: Int
  ) throws(TareError) -> BenchOutcome.ModelSpeed {
    let url = try modelURL(path)
    let model = try ModelWeights(url)
    guard let decoder = try model.body(threads: threads) as? Decoder else {
      throw .usage("\(path) is no decoder; the benchmark runs decoders")
    }
    let (sequences, length) = (4, 512)
    let ids = (0..<sequences).map { sequence in
      (0..<length).map { Int32((sequence * 7919 + $0 * 104_729) % decoder.spec.vocabularySize) }
    }
    let ends = Array(repeating: [length - 1], count: sequences)
    _ = try decoder.hiddenStates(ids, at: ends)
    var fastest = Double.infinity
    for _ in 0..<5 {
      let start = ContinuousClock.now
      _ = try decoder.hiddenStates(ids, at: ends)
      fastest = min(fastest, (ContinuousClock.now - start) / .seconds(1))
    }
    let rate = Double(sequences * length) / fastest
    return BenchOutcome.ModelSpeed(
      name: url.lastPathComponent, sequences: sequences, length: length, tokensPerSecond: rate,
      effective: rate * 2 * Double(decoder.spec.bodyParameterCount) / 1e9)
  }
}
