/// A copy of one of the project's examples, in which its README's commands are run.
import Foundation
import TareTesting

struct ExampleFolder {
  struct Command {
    let line: String
    /// What the README shows below it.
    let output: String
  }

  let folder: TemporaryFolder
  private let source: URL

  /// - Parameter name: of the folder in `examples`; its scripts, templates and JSON files are copied.
  init(_ name: String) throws {
    source = projectFolder.appending(path: "examples/\(name)")
    folder = try TemporaryFolder()
    let files = try FileManager.default.contentsOfDirectory(
      at: source, includingPropertiesForKeys: nil)
    for file in files where ["py", "json", "jinja"].contains(file.pathExtension) {
      try FileManager.default.copyItem(
        at: file, to: folder.url.appending(path: file.lastPathComponent))
    }
  }

  /// The demo's model, which `make model` downloads.
  static let model = projectFolder.appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf")
  /// A head that was trained for it.
  private static let head = projectFolder.appending(
    path: "results/heads/smollm2-135m-alpaca.safetensors")
  static var hasModel: Bool { FileManager.default.fileExists(atPath: model.path) }

  /// Runs a line in bash, with `tare` on the path and the demo's model in MODEL, and gives what it prints,
  /// errors too.
  func run(_ line: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", line]
    process.currentDirectoryURL = folder.url
    let environment = ProcessInfo.processInfo.environment
    let tare = Program.executable.deletingLastPathComponent().path
    process.environment = environment.merging([
      "PATH": "\(tare):\(environment["PATH"] ?? "/usr/bin:/bin")", "PYTHONDONTWRITEBYTECODE": "1",
      "MODEL": Self.model.path, "HEAD": Self.head.path,
    ]) { $1 }
    // A file, not a pipe: a pipe that is full would stop the program.
    let path = try folder.file("printed", Data())
    let printed = FileHandle(forWritingAtPath: path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = printed
    process.standardError = printed
    try process.run()
    process.waitUntilExit()
    let output = try String(contentsOfFile: path, encoding: .utf8)
    guard process.terminationStatus == 0 else { throw Failure(line: line, output: output) }
    return output
  }

  struct Failure: Error {
    let line: String
    let output: String
  }

  /// The commands of the README's blocks, each line that begins with `$ `, in their order.
  var commands: [Command] {
    get throws {
      let readme = try String(contentsOf: source.appending(path: "README.md"), encoding: .utf8)
      let blocks = readme.components(separatedBy: "```").enumerated()
        .filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
      return blocks.flatMap { block in
        ("\n" + block).components(separatedBy: "\n$ ").dropFirst().map { part in
          let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
          return Command(line: String(lines[0]), output: lines.dropFirst().joined())
        }
      }
    }
  }

  /// Runs a command, and says where it prints other than the README; empty lines about it do not
  /// count.
  ///
  /// - Parameter digits: by how many units of its last digit a number may differ: processors without
  ///   AVX-512 sum a model's products in another order.
  func difference(_ command: Command, digits: Double = 0) throws -> String? {
    let printed = try run(command.line).trimmingCharacters(in: .newlines)
    let shown = command.output.trimmingCharacters(in: .newlines)
    return printed == shown || digits > 0 && Self.areAlike(printed, shown, digits)
      ? nil : "$ \(command.line)\n\(printed)\n--- README:\n\(shown)"
  }

  /// Whether two texts are the same but for their decimal numbers' last digits.
  private static func areAlike(_ first: String, _ second: String, _ digits: Double) -> Bool {
    let number = /\d+\.\d+/
    let numbers = [first, second].map { text in
      text.matches(of: number).map { String($0.output) }
    }
    guard first.replacing(number, with: "#") == second.replacing(number, with: "#"),
      numbers[0].count == numbers[1].count
    else { return false }
    return zip(numbers[0], numbers[1]).allSatisfy { one, other in
      let places = one.split(separator: ".").last?.count ?? 0
      let unit = pow(10, -Double(places))
      return abs((Double(one) ?? .nan) - (Double(other) ?? .nan)) <= 1.01 * digits * unit
    }
  }
}
