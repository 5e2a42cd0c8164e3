/// How much a question's probability moves with the length of the response.
internal import Foundation
package import TareCore

/// The slope of least squares on log2 of the length, within rows of the same label: what a doubling of the
/// length adds where the right answer is the same. Without labels' means it would count as bias what
/// better answers have for being longer.
package struct LengthSlope: Sendable, Hashable {
  /// The option whose probability it is; nil for the expected level divided by the highest.
  package let option: String?
  package let slope: QuestionNumber

  static func all(_ answers: QuestionAnswers, _ groups: PromptResampling) -> [LengthSlope] {
    let rows = answers.labelled
    let lengths = rows.compactMap { row in row.length.map { log2(max($0, 1)) } }
    guard lengths.count == rows.count else { return [] }
    func slope(_ value: (AnsweredRow) -> Double) -> QuestionNumber? {
      let values = rows.map(value)
      let labels = rows.map { $0.label ?? 0 }
      let number = groups.number { weights in
        Self.slope(lengths, values, labels, count: answers.options.count, weights)
      }
      return number.value.isFinite ? number : nil
    }
    switch answers.type {
    case .noul:
      let yes = answers.options.firstIndex(of: "true") ?? 0
      return slope { $0.probabilities[yes] }.map { [LengthSlope(option: "true", slope: $0)] } ?? []
    case .score:
      let most = Double(answers.options.count - 1)
      return slope { $0.expectedLevel / most }.map { [LengthSlope(option: nil, slope: $0)] } ?? []
    case .choice:
      return answers.options.indices.compactMap { option in
        slope { $0.probabilities[option] }.map {
          LengthSlope(option: answers.options[option], slope: $0)
        }
      }
    }
  }

  private static func slope(
    _ x: [Double], _ y: [Double], _ labels: [Int], count: Int,
    _ weights: PromptResampling.Weights
  ) -> Double? {
    var size = [Double](repeating: 0, count: count)
    var (sumX, sumY, sumXX, sumXY) = (size, size, size, size)
    for row in x.indices {
      let (w, label) = (weights.row(row), labels[row])
      size[label] += w
      sumX[label] += w * x[row]
      sumY[label] += w * y[row]
      sumXX[label] += w * x[row] * x[row]
      sumXY[label] += w * x[row] * y[row]
    }
    var (xx, xy) = (0.0, 0.0)
    for label in 0..<count where size[label] > 0 {
      xx += sumXX[label] - sumX[label] * sumX[label] / size[label]
      xy += sumXY[label] - sumX[label] * sumY[label] / size[label]
    }
    return xx > 1e-9 ? xy / xx : nil
  }

  package var json: JSONValue {
    [
      "option": option.map { .string($0) } ?? .null, "per_doubling": slope.json,
    ]
  }
}
