/// Errors among the answers that are given where the least sure ones are not.
internal import Foundation
package import TareCore

/// Rows of equal confidence are given together (El-Yaniv and Wiener 2010).
package struct RiskCoverage: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    /// Answers with at least this confidence are given.
    package let confidence: Double
    package let coverage: Double
    /// The share of wrong ones among them.
    package let risk: Double
  }

  /// The mean risk over all coverages, and what the best order of the same answers would have.
  package let area: QuestionNumber
  package let bestArea: Double
  /// At most a hundred points, from the surest answers on.
  package let points: [Point]
  /// How many answers can be given at a risk on this sample, by risk.
  package let coverageAtRisk: [(risk: Double, point: Point?)]

  package static func == (first: RiskCoverage, second: RiskCoverage) -> Bool {
    first.area == second.area && first.points == second.points
  }
  package func hash(into hasher: inout Hasher) { hasher.combine(points) }

  private static let risks = [0.01, 0.05, 0.1]
  private static let mostPoints = 100

  init(_ rows: [AnsweredRow], _ groups: PromptResampling) {
    let order = rows.indices.sorted { rows[$0].confidence > rows[$1].confidence }
    let confidences = order.map { rows[$0].confidence }
    let wrong = order.map { rows[$0].answer == rows[$0].label ? 0.0 : 1 }
    area = groups.number { weights in
      Self.area(confidences, wrong) { weights.row(order[$0]) }
    }
    let errors = Int(wrong.reduce(0, +).rounded())
    let best = (0..<rows.count).map { $0 < rows.count - errors ? 0.0 : 1 }
    bestArea = Self.area((0..<rows.count).map { -Double($0) }, best) { _ in 1 } ?? 0
    var points: [Point] = []
    var sum = 0.0
    for place in order.indices {
      sum += wrong[place]
      if place + 1 < order.count, confidences[place + 1] == confidences[place] { continue }
      points.append(
        Point(
          confidence: confidences[place], coverage: Double(place + 1) / Double(rows.count),
          risk: sum / Double(place + 1)))
    }
    coverageAtRisk = Self.risks.map { risk in (risk, points.last { $0.risk <= risk }) }
    let step = max((points.count + Self.mostPoints - 1) / Self.mostPoints, 1)
    self.points = points.enumerated().filter { index, _ in
      index % step == step - 1 || index == points.count - 1
    }.map(\.element)
  }

  /// The mean over rows of the risk at their confidence.
  private static func area(
    _ confidences: [Double], _ wrong: [Double], _ weight: (Int) -> Double
  ) -> Double? {
    var (sum, size, area) = (0.0, 0.0, 0.0)
    var place = 0
    while place < wrong.count {
      var tied = 0.0
      let confidence = confidences[place]
      while place < wrong.count, confidences[place] == confidence {
        let weight = weight(place)
        sum += weight * wrong[place]
        size += weight
        tied += weight
        place += 1
      }
      if size > 0 { area += tied * sum / size }
    }
    return size > 0 ? area / size : nil
  }

  package var json: JSONValue {
    [
      "area": area.json, "best_area": .double(bestArea),
      "coverage_at_risk": .array(
        coverageAtRisk.map { risk, point in
          [
            "risk": .double(risk), "coverage": .double(point?.coverage ?? 0),
            "confidence": point.map { .double($0.confidence) } ?? .null,
          ]
        }),
      "points": .array(
        points.map {
          [
            "confidence": .double($0.confidence), "coverage": .double($0.coverage),
            "risk": .double($0.risk),
          ]
        }),
    ]
  }
}
