/// A client that trickles its request, or does not take its answer, does not hold a connection; and what
/// HTTP asks of a connection besides.
internal import Hummingbird
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes

/// Closes a connection whose request has not come whole, or whose answer has not gone whole, in time, and
/// one whose answer says that it is closed; tells a client that waits for it to send its body.
///
/// The time that a connection is idle does not bound this: a byte now and then keeps it busy.
final class TransferTimer: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// From a request's head to its end, and from an answer's head to its end.
  private let limit: TimeAmount
  private var reading: Scheduled<Void>?
  private var writing: Scheduled<Void>?
  private var isReading = false
  private var closesAfterAnswer = false

  /// For a request that is half sent when the server is told to end.
  private static let lastWait = TimeAmount.seconds(5)

  init(limit: TimeAmount) { self.limit = limit }

  func handlerAdded(context: ChannelHandlerContext) {
    let pipeline = context.pipeline.syncOperations
    // Tests of the router alone have no decoder.
    guard let decoder = try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
    else { return }
    try? pipeline.addHandler(ConnectionRules(), position: .after(decoder))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch Self.unwrapInboundIn(data) {
    case .head(let head):
      isReading = true
      restart(&reading, context)
      if head.headerFields[.expect]?.lowercased() == "100-continue" { goOn(context) }
    case .body: break
    case .end:
      isReading = false
      reading?.cancel()
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch Self.unwrapOutboundIn(data) {
    case .head(let head):
      closesAfterAnswer = head.headerFields[.connection]?.lowercased() == "close"
      restart(&writing, context)
      context.write(data, promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      let promise = promise ?? context.eventLoop.makePromise()
      let channel = context.channel
      let closes = closesAfterAnswer
      promise.futureResult.assumeIsolated().whenComplete { _ in
        self.writing?.cancel()
        if closes { channel.close(promise: nil) }
      }
      context.write(data, promise: promise)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    reading?.cancel()
    writing?.cancel()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent, isReading {
      restart(&reading, context, in: min(limit, Self.lastWait))
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func restart(
    _ timer: inout Scheduled<Void>?, _ context: ChannelHandlerContext, in time: TimeAmount? = nil
  ) {
    timer?.cancel()
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: time ?? limit) { channel.close(promise: nil) }
  }

  /// `100 Continue`, past the encoder, which knows of one answer for each request.
  private func goOn(_ context: ChannelHandlerContext) {
    guard
      let encoder = try? context.pipeline.syncOperations.context(
        handlerType: HTTPResponseEncoder.self)
    else { return }
    encoder.writeAndFlush(
      NIOAny(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
  }
}
