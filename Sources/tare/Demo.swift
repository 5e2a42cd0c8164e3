/// `tare demo`.
internal import ArgumentParser
internal import Foundation
internal import TareCore
internal import TarePipeline

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what Tare does on 240 preference pairs that are inside the program.",
    discussion: """
      Examples:
        tare demo
        tare demo --output /tmp/tare-demo
        tare demo --model

      Evaluates, calibrates, ranks and reports on scores that SmolLM2-135M-Instruct gave, which takes \
      seconds and needs neither network nor model. Each command is shown before its output, and can be \
      repeated as it is. With --model the model itself is downloaded (98 MB, with pip, kept in \
      ~/.cache/tare) and the pairs are scored first, which takes a minute or two. Files go into a new \
      folder; nothing is overwritten.
      """)

  @Option(
    name: .shortAndLong, help: ArgumentHelp("New folder for the demo's files.", valueName: "folder")
  )
  var output = "tare-demo"
  @Flag(help: "Download SmolLM2-135M-Instruct and score the pairs with it.")
  var model = false

  func run() throws {
    // Before the folder is made: without the model there is nothing to put in it.
    let brought =
      model
      ? try DemoModel.bring(ProcessInfo.processInfo.environment) { (text) throws(TareError) in
        try Terminal.tell(text, onStandardOutput: false)
      } : nil
    let files = try DemoFiles(folder: output)
    let of = ["--store", files.path("demo.sqlite"), "--run", "balanced"]
    let calibration = files.path("length.json")
    let report = files.path("report.html")
    if let brought {
      try step("Score 240 preference pairs with a real reward model; keep the scores in SQLite")
      try run(
        ["score", files.writePairs(), "--model", brought, "--head", files.writeHead()] + of)
    } else {
      try step("240 preference pairs, scored by a small reward model: take them into a store")
      try run(["runs", "import", files.writeScores()] + of)
    }
    try step("Evaluate: accuracy with 95% intervals")
    try run(["evaluate"] + of)
    try step("Calibrate: subtract what length explains; the labels are kept for the evaluation")
    try run(["calibrate"] + of + ["--ignore-labels", "--save", calibration])
    try step("Evaluate again: raw and calibrated scores, and whether the change is significant")
    try run(["evaluate"] + of)
    try step("Rank: the best response to each prompt by calibrated score (the first ten)")
    try run(["rank"] + of + ["--calibration", calibration, "--top", "1"], lines: 14)
    try step("Report: one self-contained HTML page")
    try run(["report"] + of + ["--output", report])
    try Terminal.tell("\nThe files are in \(files.folder).", onStandardOutput: true)
    NextCommand.suggest(program: ["xdg-open", report])
  }

  private func step(_ title: String) throws(TareError) {
    try Terminal.tell("\n── \(title)", onStandardOutput: true)
  }

  /// Shows a command and runs it as a user does, in a process of its own.
  ///
  /// - Parameter lines: how many of its lines are shown; nil for all.
  private func run(_ arguments: [String], lines: Int? = nil) throws {
    let head = lines.map { " | head -n \($0)" } ?? ""
    try Terminal.tell(
      "\n$ \((["tare"] + arguments).shellText)\(head)\n", onStandardOutput: true)
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      [Setting.nextCommand.variable: "0"]) { $1 }
    let pipe = Pipe()
    if lines != nil { process.standardOutput = pipe }
    do {
      try process.run()
    } catch {
      throw TareError.fault("tare cannot be run: \(error.localizedDescription)")
    }
    if let lines {
      let printed = String(
        decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      let first = printed.split(separator: "\n", omittingEmptySubsequences: false).prefix(lines)
      try Terminal.tell(first.joined(separator: "\n"), onStandardOutput: true)
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
  }
}
