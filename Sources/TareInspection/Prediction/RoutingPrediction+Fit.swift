/// From responses to what their routing tells.
internal import Foundation

extension RoutingPrediction {
  /// Experts whose share goes with the score, or with the length, that are told of.
  private static let associations = 5

  /// Ridge regressions on the experts' shares of a response's tokens, in all layers with a mixture; see
  /// `HeldOutPredictions` and `KernelRidge`.
  ///
  /// The intervals are by a bootstrap over prompts of what each prompt adds to the sums, the held-out
  /// predictions being as they are: what another sample of prompts would have made of the regressions
  /// themselves is not in them. Where scores or lengths do not vary within prompts R² is 0; where lengths
  /// do not there is no bias. The associations are the largest of many (layers · experts): even where
  /// routing tells nothing, some are far from 0.
  /// In the regression behind `bias` shares are penalised and length is not: what both tell alike is told by
  /// length, so that `throughRouting` is rather too near 0 than too far from it.
  ///
  /// - Parameter layers: among all layers of the model, those that have a mixture.
  /// - Returns: nil where fewer than two prompts have two or more responses.
  init?(_ sample: ResponseSample, layers: [Int], experts: Int, seed: UInt64) {
    guard let responses = CentredResponses(sample) else { return nil }
    let heldOut = HeldOutPredictions(responses)
    let bootstrap = PromptBootstrap(prompts: responses.prompts.count, seed: seed)
    func explained(_ target: [Double], _ predicted: [Double]) -> Estimate? {
      let residuals = zip(target, predicted).map { $0 - $1 }
      return bootstrap.estimate(
        [responses.sums(residuals, residuals), responses.sums(target, target)]
      ) { $0[1] > 0 ? 1 - $0[0] / $0[1] : 0 }
    }
    func associations(_ target: [Double]) -> [Association] {
      Self.largest(responses, target).map { feature in
        Association(
          layer: layers[feature / experts], expert: feature % experts,
          correlation: Self.correlation(responses, feature, target, bootstrap))
      }
    }
    prompts = responses.prompts.count
    self.responses = responses.count
    length =
      explained(responses.length, heldOut.length) ?? Estimate(value: 0, low: 0, high: 0)
    ofLength = associations(responses.length)
    ofScore = responses.score.map(associations) ?? []
    guard let target = responses.score, let score = heldOut.score, let routing = heldOut.routing
    else { return }
    self.score = explained(target, score)
    bias = Bias(responses, score: target, routing: routing, bootstrap)
  }

  // MARK: - Associations

  /// The features whose correlation with the target is the largest in magnitude; ties go by feature.
  private static func largest(_ responses: CentredResponses, _ target: [Double]) -> [Int] {
    guard target.contains(where: { $0 != 0 }) else { return [] }
    let width = responses.shares[0].count
    var products = [SIMD8<Double>](repeating: .zero, count: width)
    var squares = products
    for (row, shares) in responses.shares.enumerated() {
      for block in 0..<width {
        products[block] += target[row] * shares[block]
        squares[block] += shares[block] * shares[block]
      }
    }
    let magnitudes = (0..<responses.features).map { feature in
      let square = squares.number(feature)
      return square > 0 ? abs(products.number(feature)) / square.squareRoot() : 0
    }
    return (0..<responses.features).filter { magnitudes[$0] > 0 }
      .sorted { magnitudes[$0] > magnitudes[$1] }
      .prefix(associations).map { $0 }
  }

  /// Pearson's r within prompts; 0 in a resample where one of the two does not vary.
  private static func correlation(
    _ responses: CentredResponses, _ feature: Int, _ target: [Double], _ bootstrap: PromptBootstrap
  ) -> Estimate {
    let share = responses.feature(feature)
    let sums = [(share, target), (share, share), (target, target)].map(responses.sums)
    let estimate = bootstrap.estimate(sums) { sums in
      let scale = (sums[1] * sums[2]).squareRoot()
      return scale > 0 ? min(max(sums[0] / scale, -1), 1) : 0
    }
    return estimate ?? Estimate(value: 0, low: 0, high: 0)
  }
}

extension RoutingPrediction.Bias {
  /// - Parameter routing: the held-out routing term of score ≈ length + shares, [row].
  /// - Returns: nil where lengths do not vary within prompts.
  fileprivate init?(
    _ responses: CentredResponses, score: [Double], routing: [Double],
    _ bootstrap: PromptBootstrap
  ) {
    let length = responses.length
    let squares = responses.sums(length, length)
    guard squares.contains(where: { $0 > 0 }) else { return nil }
    let ofScore = responses.sums(length, score)
    let ofRouting = responses.sums(length, routing)
    // For 100 characters; 0 in a resample without lengths that vary.
    func slope(_ products: [Double]) -> Estimate? {
      bootstrap.estimate([products, squares]) { $0[1] > 0 ? 100 * $0[0] / $0[1] : 0 }
    }
    guard let total = slope(ofScore), let through = slope(ofRouting) else { return nil }
    self.total = total
    throughRouting = through
    guard total.low > 0 || total.high < 0 else { return }
    share = bootstrap.estimate([ofRouting, ofScore]) { $0[1] != 0 ? $0[0] / $0[1] : nil }
  }
}
