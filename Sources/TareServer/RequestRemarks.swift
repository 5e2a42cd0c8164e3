/// What a client should know of its texts beside their rewards: headers of the answer.
internal import Synchronization
internal import TareServing

final class RequestRemarks: Sendable {
  /// Texts that spell a control token themselves.
  private let controlTokens = Atomic(0)

  func add(_ rewards: [Reward]) {
    controlTokens.add(rewards.count { $0.controlToken != nil }, ordering: .relaxed)
  }

  /// None where there is nothing to tell.
  var headers: [String: String] {
    let count = controlTokens.load(ordering: .relaxed)
    return count == 0 ? [:] : ["Tare-Control-Tokens": "\(count)"]
  }
}
