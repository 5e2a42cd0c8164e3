import Foundation
import TareTesting

/// A terminal that a program writes to, and what it has shown.
final class PseudoTerminal {
  private let main: Int32
  /// Bytes of a line that is not whole yet.
  private var rest: [UInt8] = []
  /// The program's side.
  let file: FileHandle

  init() throws {
    main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (lock, number): (CInt, CUnsignedInt) = (0, 0)
    guard main >= 0, ioctl(main, Self.setLock, &lock) == 0,
      ioctl(main, Self.getNumber, &number) == 0
    else { throw Failure() }
    let side = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    guard side >= 0 else { throw Failure() }
    file = FileHandle(fileDescriptor: side, closeOnDealloc: true)
  }

  struct Failure: Error {}

  /// Linux's TIOCSPTLCK and TIOCGPTN, which Swift's Glibc does not have.
  private static let setLock: CUnsignedLong = 0x4004_5431
  private static let getNumber: CUnsignedLong = 0x8004_5430

  /// Runs the built `tare` with its errors on the terminal, and with `withOutput` its output, too.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil,
    withOutput: Bool = false
  ) throws -> (status: Int32, shown: String) {
    let terminal = try PseudoTerminal()
    let process = try Program.start(
      arguments, environment: environment, in: folder, output: withOutput ? terminal.file : nil,
      error: terminal.file)
    // A terminal holds some thousands of bytes; whoever writes more waits.
    var shown = ""
    while process.isRunning {
      shown += terminal.shown()
      Thread.sleep(forTimeInterval: 0.005)
    }
    return (process.terminationStatus, shown + terminal.shown())
  }

  /// What has been written since the last call.
  private func shown() -> String {
    var flags = fcntl(main, F_GETFL)
    flags |= O_NONBLOCK
    _ = fcntl(main, F_SETFL, flags)
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while case let count = read(main, &piece, piece.count), count > 0 { bytes += piece[..<count] }
    rest += bytes
    // A character may not be whole yet.
    let end = rest.lastIndex { $0 == UInt8(ascii: "\n") }.map { $0 + 1 } ?? 0
    let whole = bytes.isEmpty ? rest.count : end
    defer { rest.removeFirst(whole) }
    return String(decoding: rest[..<whole], as: UTF8.self).replacing("\r\n", with: "\n")
  }

  deinit { close(main) }
}
