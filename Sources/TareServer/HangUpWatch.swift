/// A client that hangs up does not keep the model busy.
internal import Hummingbird
internal import NIOCore

/// Cancels what a connection's client waits for when the client closes its side.
///
/// The connection lives on after an answer; Hummingbird's own
/// `consumeWithCancellationOnInboundClose` would take it whole.
final class HangUpWatch: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = NIOAny

  private var hasHungUp = false
  /// Stands until the next request replaces it; of work that is done it cancels nothing.
  private var work: Task<Response, any Error>?

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent { hangUp() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    hangUp()
    context.fireChannelInactive()
  }

  private func hangUp() {
    hasHungUp = true
    work?.cancel()
  }

  private func watch(_ work: Task<Response, any Error>) {
    self.work = work
    if hasHungUp { work.cancel() }
  }

  /// What the work gives, unless the channel's client closes its side before.
  static func response(
    on channel: any Channel, _ work: @escaping @Sendable () async throws -> Response
  ) async throws -> Response {
    let task = Task { try await work() }
    channel.eventLoop.execute {
      // Tests of the router alone have a channel without one.
      try? channel.pipeline.syncOperations.handler(type: HangUpWatch.self).watch(task)
    }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}

/// A request's context that knows its connection.
struct RewardContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel
  /// What the request log calls the request; nil without one.
  var loggedID: String?

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
