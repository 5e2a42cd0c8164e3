import Foundation
import TareTesting

/// The built `tare`, run as a user runs it.
enum CommandLine {
  /// It stands beside the test bundle.
  static let executable = URL(filePath: ProcessInfo.processInfo.arguments[0])
    .deletingLastPathComponent().appending(path: "tare")

  struct Result: Sendable {
    let status: Int32
    let output: String
    let error: String
  }

  static func start(_ arguments: [String], output: Any? = nil, error: Any? = nil) throws -> Process
  {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output ?? FileHandle.nullDevice
    process.standardError = error ?? FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs to the end and gives what it printed.
  static func run(_ arguments: [String]) throws -> Result {
    // Files, not pipes: a pipe that is full would stop the program.
    let folder = try TemporaryFolder()
    let output = try folder.file("out", Data())
    let error = try folder.file("err", Data())
    let process = try start(
      arguments, output: FileHandle(forWritingAtPath: output),
      error: FileHandle(forWritingAtPath: error))
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      error: try String(contentsOfFile: error, encoding: .utf8))
  }
}

/// A folder with the tiny model, its head and an input to score.
struct Workshop {
  let folder: TemporaryFolder
  let model: String
  let head: String
  let pairs: String

  /// - Parameter count: preference pairs in the input; their texts differ in length.
  init(pairs count: Int) throws {
    folder = try TemporaryFolder()
    model = try folder.file("tiny.gguf", TinyModel.gguf())
    head = try folder.file("head.safetensors", TinyModel.head())
    var generator = SplitMix(state: 17)
    func text() -> String {
      let words = ["red", "blue", "seven", "sings", "slowly", "über", "the", "a", "bird", "42"]
      let count = Int.random(in: 1...25, using: &generator)
      return (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
        .joined(separator: " ")
    }
    var lines = ""
    for index in 0..<count {
      let section = ["Chat", "Safety"][index % 2]
      lines += """
        {"id": "p\(index)", "section": "\(section)", "subset": "s\(index % 3)", \
        "prompt": "\(text())", "chosen": "\(text())", "rejected": "\(text()) no"}

        """
    }
    pairs = try folder.file("pairs.jsonl", Data(lines.utf8))
  }

  func score(_ more: String...) -> [String] {
    ["score", pairs, "--model", model, "--head", head, "--date", "2026-11-23"] + more
  }
}
