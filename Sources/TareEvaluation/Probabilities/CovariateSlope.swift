/// How much a question's probability moves with the length and the markdown of the response.
internal import Foundation
package import TareCore

/// The slope of least squares on the base-2 logarithm, within rows of the same label: what a doubling adds
/// where the right answer is the same. Without labels' means it would count as bias what better
/// answers have for being longer.
package struct CovariateSlope: Sendable, Hashable {
  /// The option whose probability it is; nil for the expected level divided by the highest.
  package let option: String?
  package let slope: QuestionNumber

  /// On the length; none where lengths are not known.
  static func lengths(_ answers: QuestionAnswers, _ groups: PromptResampling) -> [CovariateSlope] {
    guard let lengths = logarithms(answers, \.length) else { return [] }
    return slopes(answers, groups, lengths, beside: nil)
  }

  /// On 1 + the marks of markdown, at the same length where that is known; none where texts are not.
  static func styles(_ answers: QuestionAnswers, _ groups: PromptResampling) -> [CovariateSlope] {
    guard let marks = logarithms(answers, { row in row.markdown.map { $0 + 1 } }) else { return [] }
    return slopes(answers, groups, marks, beside: logarithms(answers, \.length))
  }

  private static func logarithms(
    _ answers: QuestionAnswers, _ value: (AnsweredRow) -> Double?
  ) -> [Double]? {
    let rows = answers.labelled
    let values = rows.compactMap { row in value(row).map { log2(max($0, 1)) } }
    return values.count == rows.count ? values : nil
  }

  private static func slopes(
    _ answers: QuestionAnswers, _ groups: PromptResampling, _ x: [Double], beside z: [Double]?
  ) -> [CovariateSlope] {
    let rows = answers.labelled
    let labels = rows.map { $0.label ?? 0 }
    func slope(_ option: String?, _ value: (AnsweredRow) -> Double) -> CovariateSlope? {
      let values = rows.map(value)
      let number = groups.number { weights in
        Moments(x, values, z, labels, count: answers.options.count, weights).slope
      }
      return number.value.isFinite ? CovariateSlope(option: option, slope: number) : nil
    }
    switch answers.type {
    case .noul:
      let yes = answers.options.firstIndex(of: "true") ?? 0
      return [slope("true") { $0.probabilities[yes] }].compactMap(\.self)
    case .score:
      let most = Double(answers.options.count - 1)
      return [slope(nil) { $0.expectedLevel / most }].compactMap(\.self)
    case .choice:
      return answers.options.indices.compactMap { option in
        slope(answers.options[option]) { $0.probabilities[option] }
      }
    }
  }

  package var json: JSONValue {
    [
      "option": option.map { .string($0) } ?? .null, "per_doubling": slope.json,
    ]
  }
}

/// Sums of products about the labels' own means.
private struct Moments {
  var (xx, xy, xz, zz, zy) = (0.0, 0.0, 0.0, 0.0, 0.0)

  init(
    _ x: [Double], _ y: [Double], _ z: [Double]?, _ labels: [Int], count: Int,
    _ weights: PromptResampling.Weights
  ) {
    let z = z ?? [Double](repeating: 0, count: x.count)
    var size = [Double](repeating: 0, count: count)
    var (meanX, meanY, meanZ) = (size, size, size)
    for row in x.indices {
      let (weight, label) = (weights.row(row), labels[row])
      size[label] += weight
      meanX[label] += weight * x[row]
      meanY[label] += weight * y[row]
      meanZ[label] += weight * z[row]
    }
    for label in 0..<count where size[label] > 0 {
      meanX[label] /= size[label]
      meanY[label] /= size[label]
      meanZ[label] /= size[label]
    }
    for row in x.indices {
      let (weight, label) = (weights.row(row), labels[row])
      let (dx, dy, dz) = (x[row] - meanX[label], y[row] - meanY[label], z[row] - meanZ[label])
      xx += weight * dx * dx
      xy += weight * dx * dy
      xz += weight * dx * dz
      zz += weight * dz * dz
      zy += weight * dz * dy
    }
  }

  /// Of y on x, at the same z where that varies; nil where x does not vary beside it.
  var slope: Double? {
    guard xx > 1e-9 else { return nil }
    guard zz > 1e-9 else { return xy / xx }
    let determinant = xx * zz - xz * xz
    return determinant > 1e-9 * xx * zz ? (xy * zz - zy * xz) / determinant : nil
  }
}
