/// `tare bench`: how fast this machine scores, beside what its arithmetic allows.
internal import Foundation
package import TareCore
internal import TareEngine
internal import TareReport
internal import TareScoring
internal import TareStore

package struct BenchOutcome: Sendable {
  let limit: MachineLimit
  let model: String?
  /// The model's speed in each precision that was asked for.
  let speeds: [ModelSpeed]
  /// What runs beside the model while texts are scored; nil where the model has no tokenizer.
  let text: TextSpeed?

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

  /// Tokenising and storing run on threads of their own, ahead of the model and behind it.
  struct TextSpeed: Sendable {
    /// Template and tokenizer together, on one thread.
    let tokensPerSecond: Double
    /// Scores written to a store on disk, in batches of 10,000.
    let scoresPerSecond: Double
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
      "product_gflops": .object(products),
    ]
    guard let model else { return .object(object) }
    object["model"] = .string(model)
    object["sequences"] = .int(Self.sequences)
    object["length"] = .int(Self.length)
    var precisions: JSONObject = [:]
    if let text {
      object["tokenized_per_second"] = .double(text.tokensPerSecond)
      object["stored_per_second"] = .double(text.scoresPerSecond)
    }
    for speed in speeds {
      precisions[speed.precision.rawValue] = [
        "tokens_per_second": .double(speed.tokensPerSecond),
        "effective_gflops": .double(speed.effective), "limit_gflops": .double(speed.limit),
        "share_of_limit": .double(speed.shareOfLimit), "loading_seconds": .double(speed.loading),
        "time_shares": [
          "products": .double(speed.products), "attention": .double(speed.attention),
          "rest": .double(speed.rest), "tokenizing": .double(share(ofTokenizing: speed)),
          "storing": .double(share(ofStoring: speed)),
        ],
      ]
    }
    object["precisions"] = .object(precisions)
    return .object(object)
  }

  /// Seconds of tokenising for a second of the model; they overlap.
  private func share(ofTokenizing speed: ModelSpeed) -> Double {
    text.map { speed.tokensPerSecond / $0.tokensPerSecond } ?? 0
  }

  private func share(ofStoring speed: ModelSpeed) -> Double {
    text.map { speed.tokensPerSecond / Double(Self.length) / $0.scoresPerSecond } ?? 0
  }

  package func text(coloured: Bool) -> String {
    var table = TerminalTable(columns: [
      .init("large matrix products on \(limit.threads) threads, 10⁹ operations/s", .left),
      .init("tare (\(limit.kernels))"), .init("OpenBLAS"),
    ])
    for precision in Precision.allCases {
      let cells = ["tare", "OpenBLAS"].map { library in
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
      .init("rest"), .init("tokenizing"), .init("storing"), .init("loading"),
    ])
    for speed in self.speeds {
      speeds.addRow([
        speed.precision.rawValue, speed.tokensPerSecond.fixed(0), speed.effective.fixed(0),
        "\(speed.shareOfLimit.percent)%", "\(speed.products.percent)%",
        "\(speed.attention.percent)%", "\(speed.rest.percent)%",
        "\(share(ofTokenizing: speed).percent)%", "\(share(ofStoring: speed).percent)%",
        "\(speed.loading.fixed(2)) s",
      ])
    }
    text += "\n" + speeds.text(style: coloured ? .terminal : .plain)
    text += """

      Products, attention and rest are fractions of the threads' time in a pass; tokenizing and \
      storing run concurrently and are given as fractions of its duration.

      """
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
    let before = MachineLimit.measured(threads: threads)
    guard let path else {
      return BenchOutcome(limit: before, model: nil, speeds: [], text: nil)
    }
    let url = try modelURL(path)
    var passes: [(Precision, Pass)] = []
    for precision in precisions {
      passes.append((precision, try fastestPass(url, precision, threads: threads)))
    }
    // Other work slows down now this, now that: the limit is the best of before and after.
    let limit = before.better(.measured(threads: threads))
    return BenchOutcome(
      limit: limit, model: url.lastPathComponent,
      speeds: passes.map { precision, pass in pass.speed(precision, limit, threads: threads) },
      text: try? textSpeed(url))
  }

  /// The fastest pass of a model, and where its time went.
  private struct Pass {
    let bodyParameterCount: Int
    var seconds = Double.infinity
    var times = PassTimes()
    let loading: Double

    func speed(
      _ precision: Precision, _ limit: MachineLimit, threads: Int
    ) -> BenchOutcome.ModelSpeed {
      let rate = Double(BenchOutcome.sequences * BenchOutcome.length) / seconds
      let total = seconds * Double(threads)
      return BenchOutcome.ModelSpeed(
        precision: precision, tokensPerSecond: rate,
        effective: rate * 2 * Double(bodyParameterCount) / 1e9, limit: limit.limit(precision),
        products: times.products / total, attention: times.attention / total, loading: loading)
    }
  }

  /// The best of five passes, the last position of each sequence read.
  private func fastestPass(
    _ url: URL, _ precision: Precision, threads: Int
  ) throws(TareError) -> Pass {
    let opening = ContinuousClock.now
    var model = try ModelWeights(url)
    model.precision = precision
    guard let decoder = try model.body(threads: threads) as? Decoder else {
      throw .usage("\(url.path): expected a decoder, found another architecture")
    }
    var pass = Pass(
      bodyParameterCount: decoder.spec.bodyParameterCount,
      loading: (ContinuousClock.now - opening) / .seconds(1))
    let length = BenchOutcome.length
    let ids = (0..<BenchOutcome.sequences).map { sequence in
      (0..<length).map { Int32((sequence * 7919 + $0 * 104_729) % decoder.spec.vocabularySize) }
    }
    let ends = ids.map { _ in [length - 1] }
    _ = try decoder.hiddenStates(ids, at: ends)
    for _ in 0..<5 {
      let before = decoder.times
      let start = ContinuousClock.now
      _ = try decoder.hiddenStates(ids, at: ends)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      guard seconds < pass.seconds else { continue }
      pass.seconds = seconds
      pass.times = decoder.times - before
    }
    return pass
  }

  private func textSpeed(_ url: URL) throws(TareError) -> BenchOutcome.TextSpeed {
    let text = try TextModel(url)
    let options = try ScoringSettings(model: url.path).options(
      readRule: .last, text: text, run: nil)
    let words = ["reward", "models", "favour", "long", "answers", "and", "this", "is", "one", "."]
    let texts = (0..<64).map { index in
      (0..<400).map { words[($0 * $0 + index * $0) % words.count] }.joined(separator: " ")
    }
    var tokens = 0
    let start = ContinuousClock.now
    for response in texts {
      tokens += try text.tokenize(
        Conversation(prompt: [Message(role: "user", content: "?")], response: response), options
      ).ids.count
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return BenchOutcome.TextSpeed(
      tokensPerSecond: Double(tokens) / seconds,
      scoresPerSecond: try storeSpeed(scores: 100_000).scoresPerSecond)
  }
}
