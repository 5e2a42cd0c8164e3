/// `tare bench`: how fast this machine scores, beside what its arithmetic allows.
internal import Foundation
package import TareCore
internal import TareEngine
internal import TareReport

package struct BenchOutcome: Sendable {
  let limit: MachineLimit
  let model: String?
  /// The model's speed in each precision that was asked for.
  let speeds: [ModelSpeed]

  struct ModelSpeed: Sendable {
    let precision: Precision
    let tokensPerSecond: Double
    /// 10⁹ operations a second on the layers' weights, two a weight and token, attention not counted.
    let effective: Double
    /// The fastest product of the precision that was found on this machine.
    let limit: Double
    /// Shares of the threads' time in the fastest pass.
    let products: Double
    let attention: Double
    /// Seconds from the file to a model that can score.
    let loading: Double

    var shareOfLimit: Double { effective / limit }
    var rest: Double { 1 - products - attention }
  }

  static let sequences = 4
  static let length = 512

  package var json: JSONValue {
    var products: JSONObject = [:]
    for precision in Precision.allCases {
      var speeds: JSONObject = [:]
      for product in limit.products where product.precision == precision {
        speeds[product.library] = .double(product.speed)
      }
      products[precision.rawValue] = .object(speeds)
    }
    var object: JSONObject = [
      "threads": .int(limit.threads), "kernels": .string(limit.kernels),
      "productGFLOPs": .object(products),
    ]
    guard let model else { return .object(object) }
    object["model"] = .string(model)
    object["sequences"] = .int(Self.sequences)
    object["length"] = .int(Self.length)
    var precisions: JSONObject = [:]
    for speed in speeds {
      precisions[speed.precision.rawValue] = [
        "tokensPerSecond": .double(speed.tokensPerSecond),
        "effectiveGFLOPs": .double(speed.effective), "limitGFLOPs": .double(speed.limit),
        "shareOfLimit": .double(speed.shareOfLimit), "loadingSeconds": .double(speed.loading),
        "timeShares": [
          "products": .double(speed.products), "attention": .double(speed.attention),
          "rest": .double(speed.rest),
        ],
      ]
    }
    object["precisions"] = .object(precisions)
    return .object(object)
  }

  package func text(coloured: Bool) -> String {
    var table = TerminalTable(columns: [
      .init("large products on \(limit.threads) threads, 10⁹ operations/s", .left),
      .init("tare (\(limit.kernels))"), .init("oneDNN"), .init("OpenBLAS"),
    ])
    for precision in Precision.allCases {
      let cells = ["tare", "oneDNN", "OpenBLAS"].map { library in
        limit.products.first { $0.library == library && $0.precision == precision }
          .map { $0.speed.fixed(0) } ?? "–"
      }
      table.addRow([precision.rawValue] + cells)
    }
    var text = table.text(style: coloured ? .terminal : .plain)
    guard let model else { return text }
    var speeds = TerminalTable(columns: [
      .init("\(model), \(Self.sequences) × \(Self.length) tokens", .left), .init("tokens/s"),
      .init("10⁹ operations/s"), .init("of the limit"), .init("products"), .init("attention"),
      .init("rest"), .init("loaded in"),
    ])
    for speed in self.speeds {
      speeds.addRow([
        speed.precision.rawValue, speed.tokensPerSecond.fixed(0), speed.effective.fixed(0),
        "\(speed.shareOfLimit.percent)%", "\(speed.products.percent)%",
        "\(speed.attention.percent)%", "\(speed.rest.percent)%",
        "\(speed.loading.fixed(2)) s",
      ])
    }
    text += "\n" + speeds.text(style: coloured ? .terminal : .plain)
    return text
  }
}

extension Pipeline {
  /// - Parameters:
  ///   - model: a folder or a .gguf file; nil measures the machine alone.
  ///   - precisions: names of precisions; empty for all.
  package func bench(
    model path: String?, precisions names: [String] = [], threads: Int?
  ) throws(TareError) -> BenchOutcome {
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    try ScoringSettings.checkThreads(threads)
    var precisions: [Precision] = []
    for name in names { precisions.append(try choice(name, "--precision", Precision.self)) }
    if precisions.isEmpty { precisions = Precision.allCases }
    let limit = MachineLimit.measured(threads: threads)
    guard let path else { return BenchOutcome(limit: limit, model: nil, speeds: []) }
    let url = try modelURL(path)
    var speeds: [BenchOutcome.ModelSpeed] = []
    for precision in precisions {
      speeds.append(try modelSpeed(url, precision, limit, threads: threads))
    }
    return BenchOutcome(limit: limit, model: url.lastPathComponent, speeds: speeds)
  }

  /// The best of five passes, the last position of each sequence read.
  private func modelSpeed(
    _ url: URL, _ precision: Precision, _ limit: MachineLimit, threads: Int
  ) throws(TareError) -> BenchOutcome.ModelSpeed {
    let opening = ContinuousClock.now
    var model = try ModelWeights(url)
    model.precision = precision
    guard let decoder = try model.body(threads: threads) as? Decoder else {
      throw .usage("\(url.path) is no decoder; the benchmark runs decoders")
    }
    let loading = (ContinuousClock.now - opening) / .seconds(1)
    let (sequences, length) = (BenchOutcome.sequences, BenchOutcome.length)
    let ids = (0..<sequences).map { sequence in
      (0..<length).map { Int32((sequence * 7919 + $0 * 104_729) % decoder.spec.vocabularySize) }
    }
    let ends = Array(repeating: [length - 1], count: sequences)
    _ = try decoder.hiddenStates(ids, at: ends)
    var fastest = Double.infinity
    var times = PassTimes()
    for _ in 0..<5 {
      let before = decoder.times
      let start = ContinuousClock.now
      _ = try decoder.hiddenStates(ids, at: ends)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      guard seconds < fastest else { continue }
      fastest = seconds
      times = decoder.times - before
    }
    let rate = Double(sequences * length) / fastest
    let total = fastest * Double(threads)
    return BenchOutcome.ModelSpeed(
      precision: precision, tokensPerSecond: rate,
      effective: rate * 2 * Double(decoder.spec.bodyParameterCount) / 1e9,
      limit: limit.limit(precision), products: times.products / total,
      attention: times.attention / total, loading: loading)
  }
}
