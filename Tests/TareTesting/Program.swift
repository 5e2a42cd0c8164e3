package import Foundation

/// The built `tare`, run as a user runs it.
package enum Program {
  /// It stands beside the test bundle.
  package static let executable = URL(filePath: ProcessInfo.processInfo.arguments[0])
    .deletingLastPathComponent().appending(path: "tare")

  package struct Result: Sendable {
    package let status: Int32
    package let output: String
    package let error: String
  }

  /// - Parameters:
  ///   - environment: variables beside those of this process, or in their place.
  ///   - folder: the working directory; nil for that of this process.
  ///   - other: another program in its place.
  package static func start(
    _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil,
    output: Any? = nil, error: Any? = nil, of other: URL? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = other ?? executable
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = folder }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output ?? FileHandle.nullDevice
    process.standardError = error ?? FileHandle.nullDevice
    // Swift's tasks run on threads that block most signals, and a child inherits what is blocked: without
    // this it would never hear of a Ctrl-C.
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
    return process
  }

  /// Runs to the end and gives what it printed.
  package static func run(
    _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil,
    of other: URL? = nil
  ) throws -> Result {
    // Files, not pipes: a pipe that is full would stop the program.
    let printed = try TemporaryFolder()
    let output = try printed.file("out", Data())
    let error = try printed.file("err", Data())
    let process = try start(
      arguments, environment: environment, in: folder, output: FileHandle(forWritingAtPath: output),
      error: FileHandle(forWritingAtPath: error), of: other)
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      error: try String(contentsOfFile: error, encoding: .utf8))
  }
}
