/// What HTTP asks of a connection that is decided by the version of a request, which later handlers do not
/// see.
internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import TareCore

/// Refuses a request of HTTP/1.1 without exactly one `Host` (RFC 9112, section 3.2), and closes the connection
/// of one of HTTP/1.0 after its answer (section 9.3).
///
/// Stands between HTTP's decoder and the handlers that take whole requests; `TransferTimer` puts it there.
final class ConnectionRules: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// Whether the connection is closed after its answer, of each request that has none yet.
  private var closes = CircularBuffer<Bool>()
  /// Nothing more is read.
  private var isRefused = false
  private var closesNow = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isRefused { return }
    if case .head(let head) = Self.unwrapInboundIn(data) {
      let hosts = head.headers["Host"].count
      guard hosts == 1 || hosts == 0 && head.version == .http1_0 else {
        return refuse(context, hosts)
      }
      closes.append(head.version == .http1_0 && !head.isKeepAlive)
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch Self.unwrapOutboundIn(data) {
    case .head(var head):
      closesNow = closes.popFirst() ?? false
      if closesNow { head.headers.replaceOrAdd(name: "Connection", value: "close") }
      context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
    case .end where closesNow:
      context.write(data).assumeIsolated().whenComplete { [channel = context.channel] _ in
        channel.close(promise: promise)
      }
    default: context.write(data, promise: promise)
    }
  }

  /// Answers 400 and closes; where earlier requests wait for their answers, the last of these closes.
  private func refuse(_ context: ChannelHandlerContext, _ hosts: Int) {
    isRefused = true
    guard closes.isEmpty else {
      closes[closes.index(before: closes.endIndex)] = true
      return
    }
    let error = TareError.badData(
      place: "header Host", found: hosts == 0 ? "none" : "\(hosts) of them", accepted: "exactly one"
    )
    let body = ByteBuffer(
      string: JSONValue.object(OpenRLHF.body(of: error, status: 400)).text())
    let headers: HTTPHeaders = [
      "Content-Type": "application/json", "Content-Length": "\(body.readableBytes)",
      "Connection": "close",
    ]
    let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
    context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    let end: EventLoopFuture<Void> = context.writeAndFlush(Self.wrapOutboundOut(.end(nil)))
    end.assumeIsolated().whenComplete { [channel = context.channel] _ in
      channel.close(promise: nil)
    }
  }
}
