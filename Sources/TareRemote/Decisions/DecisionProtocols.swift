/// The registry of servers that answer typed questions. To add one: write its file, and add its type
/// here.
internal import Foundation
package import TareCore
package import TareScoring

package enum DecisionProtocols {
  package static let registry = Registry<any DecisionProtocol.Type>(
    "protocol of typed questions",
    [
      SystemOneQuestions.self,
      OpenAIQuestions.self,
    ]
  ) { $0 }
}

/// How one kind of server is asked typed questions, and how it answers.
package protocol DecisionProtocol: Registered {
  /// Where requests go when the server's URL names no path.
  static var path: String { get }
  /// The body of a request.
  ///
  /// - Parameter model: what the server calls its model.
  /// - Throws: `TareError.badData` that names a question which the protocol cannot state.
  static func body(of request: DecisionRequest, model: String) throws(TareError) -> JSONValue
  /// What a reply answers to a request.
  ///
  /// - Throws: `TareError.badData` that names the member that is missing or wrong.
  static func answers(
    in reply: JSONValue, to request: DecisionRequest
  ) throws(TareError) -> RemoteDecisions
}

/// The answers of one reply.
package struct RemoteDecisions: Sendable, Hashable {
  /// In the order of the request's questions; nil where the server declines to answer.
  package var readings: [DecisionReading?]
  /// Of the whole request; 0 where the server does not say.
  package var inputTokens: Int

  package init(readings: [DecisionReading?], inputTokens: Int) {
    self.readings = readings
    self.inputTokens = inputTokens
  }
}

extension DecisionReading {
  /// Hosted models round probabilities: each may miss by half a unit of its second digit.
  private static let rounding = 0.006
  /// What a probability of 0 counts as in logits: below what hosted models can show.
  private static let least = 1e-9

  /// The reading of probabilities alone: the logits are their logarithms.
  ///
  /// - Parameter given: by option, in the question's order.
  /// - Throws: `TareError.badData` for what are no probabilities.
  init(
    remote given: [Double], mass: Double? = nil, isTopALabel: Bool? = nil
  ) throws(TareError) {
    let sum = given.reduce(0, +)
    guard given.allSatisfy({ $0.isFinite && (0...1.01).contains($0) }),
      abs(sum - 1) <= max(Self.rounding * Double(given.count), 1e-3)
    else {
      throw .badData(
        place: "probabilities", found: "\(given)",
        accepted: "one for each of \(given.count) options, which add up to 1")
    }
    // A float32 softmax adds up to 1 but for its rounding, and keeps its bits.
    let shares = abs(sum - 1) < 1e-5 ? given : given.map { $0 / sum }
    self.init(
      scores: shares.map { Float(log(max($0, Self.least))) },
      probabilities: shares.map { Float($0) }, labelMass: mass, isTopALabel: isTopALabel,
      tokens: 0)
  }
}
