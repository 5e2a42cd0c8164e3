/// Outputs never destroy: what stands at a path stays what it is, for each kind of path and each command.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct OutputTests {
  private let folder: TemporaryFolder
  private let table: String

  init() throws {
    folder = try TemporaryFolder()
    var rows = ["prompt_id,prompt,response,score,label"]
    for prompt in 0..<30 {
      for answer in 0..<2 {
        let length = 3 + (prompt * 7 + answer * 11) % 40
        let text = String(repeating: "word ", count: length)
        rows.append(
          "p\(prompt),Q\(prompt)?,\(text),\(Double(length) / 10 + Double(prompt % 5)),\(1 - answer)"
        )
      }
    }
    table = try folder.file("ok.csv", Data(rows.joined(separator: "\n").utf8))
  }

  /// Every output of a command that needs no model; `-` in the arguments stands for the path.
  private static let outputs: [[String]] = [
    ["calibrate", "TABLE", "-o", "PATH"],
    ["calibrate", "TABLE", "--where", "label=1", "--group", "prompt_id", "-o", "PATH"],
    ["calibrate", "TABLE", "--save", "PATH", "-o", "/dev/null"],
    ["rank", "TABLE", "-o", "PATH"],
    ["pairs", "TABLE", "-o", "PATH"],
    ["pairs", "TABLE", "-o", "/dev/null", "--stats", "PATH"],
    ["smooth", "TABLE", "--x", "label", "--y", "score", "-o", "PATH"],
    ["report", "TABLE", "--bootstrap", "200", "-o", "PATH"],
    ["runs", "export", "r", "PATH", "--store", "STORE"],
  ]

  private func run(_ output: [String], _ path: String) throws -> Program.Result {
    let store = folder.url.appending(path: "s.sqlite").path
    if output.contains("STORE"), !FileManager.default.fileExists(atPath: store) {
      let made = try Program.run(["runs", "import", table, "--store", store, "--run", "r"])
      try #require(made.status == 0, "\(made.error)")
    }
    return try Program.run(
      output.map { ["TABLE": table, "PATH": path, "STORE": store][$0] ?? $0 })
  }

  private func kind(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  @Test(arguments: outputs)
  func `a link is followed, and stays one`(output: [String]) throws {
    let real = try folder.file("real", Data("old".utf8))
    let link = folder.url.appending(path: "link").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real")
    let result = try run(output, link)
    #expect(result.status == 0, "\(result.error)")
    #expect(kind(link) == S_IFLNK)
    #expect(try Data(contentsOf: URL(filePath: real)).count > 3)
    let dangling = folder.url.appending(path: "dangling").path
    try FileManager.default.createSymbolicLink(atPath: dangling, withDestinationPath: "new")
    #expect(try run(output, dangling).status == 0)
    #expect(kind(dangling) == S_IFLNK)
    #expect(try Data(contentsOf: folder.url.appending(path: "new")).count > 3)
  }

  @Test(arguments: outputs)
  func `a file keeps its mode, and another name of it its content`(output: [String]) throws {
    let file = try folder.file("private", Data("old".utf8))
    #expect(chmod(file, 0o600) == 0)
    #expect(try run(output, file).status == 0)
    #expect(mode(file) == 0o600)
    let other = folder.url.appending(path: "other").path
    #expect(link(file, other) == 0)
    try Data("old".utf8).write(to: URL(filePath: other))
    #expect(try run(output, file).status == 0)
    let contents = try [file, other].map { try Data(contentsOf: URL(filePath: $0)) }
    #expect(contents[0] == contents[1] && contents[0].count > 3)
    // Nothing is left beside it.
    #expect(
      !(try FileManager.default.contentsOfDirectory(atPath: folder.url.path)).contains {
        $0.hasSuffix(".part")
      })
  }

  @Test(arguments: outputs)
  func `a read-only file and a folder are refused`(output: [String]) throws {
    let file = try folder.file("kept", Data("old".utf8))
    #expect(chmod(file, 0o400) == 0)
    let result = try run(output, file)
    #expect(result.status == 64)
    #expect(result.error.contains("read-only"))
    #expect(mode(file) == 0o400)
    #expect(try Data(contentsOf: URL(filePath: file)) == Data("old".utf8))
    #expect(try run(output, folder.url.path).status == 64)
    #expect(try run(output, folder.url.appending(path: "none/x").path).status == 64)
  }

  @Test(arguments: outputs)
  func `a device is written and stays a device`(output: [String]) throws {
    let before = kind("/dev/null")
    // A node of its own where that may be made, so that a fault does not harm the machine.
    let node = folder.url.appending(path: "node").path
    guard mknod(node, S_IFCHR | 0o666, makedev(1, 3)) == 0 else { return }
    #expect(try run(output, node).status == 0)
    #expect(kind(node) == S_IFCHR)
    #expect(kind("/dev/null") == before)
  }

  @Test(arguments: outputs)
  func `a pipe's reader gets the result`(output: [String]) throws {
    let pipe = folder.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    // A process of its own: a reader in this one would wait for a thread that waits for the program.
    let read = try folder.file("read", Data())
    let reader = Process()
    reader.executableURL = URL(filePath: "/bin/cat")
    reader.arguments = [pipe]
    reader.standardOutput = FileHandle(forWritingAtPath: read)
    try reader.run()
    defer { reader.terminate() }
    let result = try run(output, pipe)
    #expect(result.status == 0, "\(result.error)")
    #expect(kind(pipe) == S_IFIFO)
    if result.status == 0 { reader.waitUntilExit() }
    #expect(try Data(contentsOf: URL(filePath: read)).count > 3)
  }

  @Test(arguments: outputs)
  func `- is standard output, and a file of that name is not made`(output: [String]) throws {
    let toFile = folder.url.appending(path: "file").path
    #expect(try run(output, toFile).status == 0)
    let printed = try run(output, "-")
    #expect(printed.status == 0, "\(printed.error)")
    // A date of now may differ by a second.
    if !output.contains("report"), !output.contains("--save") {
      #expect(Data(printed.output.utf8) == (try Data(contentsOf: URL(filePath: toFile))))
    }
    #expect(!FileManager.default.fileExists(atPath: "-"))
  }

  @Test func `two results do not share standard output`() throws {
    for arguments in [
      ["calibrate", table, "--save", "-"], ["calibrate", table, "-o", "-", "--json"],
      ["rank", table, "-o", "-", "--json"], ["pairs", table, "--stats", "-"],
    ] {
      let result = try Program.run(arguments)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.error.contains("standard output"))
    }
  }

  @Test func `a result never takes the place of what the command reads or keeps`() throws {
    let store = folder.url.appending(path: "kept.sqlite").path
    try #require(
      Program.run(["runs", "import", table, "--store", store, "--run", "r"]).status == 0)
    let saved = folder.url.appending(path: "saved.json").path
    try #require(
      Program.run(["calibrate", table, "-o", "/dev/null", "--save", saved]).status == 0)
    let link = folder.url.appending(path: "name").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "kept.sqlite")
    let same = folder.url.appending(path: "same").path
    let refused: [([String], String)] = [
      (["runs", "export", "r", store, "--store", store], "the store"),
      (["runs", "export", "r", link, "--store", store], "the store"),
      (["report", "--store", store, "-o", store], "the store"),
      (["report", table, "-o", table], "an input"),
      (["calibrate", "--store", store, "--run", "r", "--save", store], "the store"),
      (["calibrate", "--store", store, "--run", "r", "--save", store + "-wal"], "the store"),
      (["calibrate", table, "--apply", saved, "-o", saved], "--apply"),
      (["calibrate", table, "-o", same, "--save", same], "--output"),
      (["calibrate", table, "-o", "/dev/null", "--save", table], "the input"),
      (["pairs", table, "-o", same, "--stats", same], "--output"),
      (["pairs", table, "-o", table], "an input"),
      (["pairs", table, "--calibration", saved, "-o", saved], "--calibration"),
      (["rank", "--store", store, "--run", "r", "-o", store], "the store"),
      (["rank", table, "-o", folder.url.path + "/./ok.csv"], "an input"),
      (["smooth", table, "--x", "label", "--y", "score", "-o", table], "the input"),
      (["evaluate", table, "-o", table], "an input"),
      (["evaluate", table, "--against", saved, "-o", saved], "an input"),
      (["evaluate", "--store", store, "--run", "r", "-o", store], "the store"),
      (["evaluate", table, "--skip-bad-rows", "--bad-rows", table], "an input"),
      (["calibrate", table, "-o", same, "--skip-bad-rows", "--bad-rows", same], "--output"),
      (["rank", table, "--skip-bad-rows", "--bad-rows", table], "an input"),
      (["pairs", table, "--stats", same, "--skip-bad-rows", "--bad-rows", same], "--stats"),
      (["report", table, "--skip-bad-rows", "--bad-rows", table], "an input"),
      (
        ["smooth", table, "--x", "label", "--y", "score", "--skip-bad-rows", "--bad-rows", table],
        "the input"
      ),
      (
        ["runs", "import", table, "--store", store, "--skip-bad-rows", "--bad-rows", store],
        "the store"
      ),
    ]
    let before = try [store, saved, table].map { try Data(contentsOf: URL(filePath: $0)) }
    for (arguments, what) in refused {
      let result = try Program.run(arguments)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.error.contains("would overwrite \(what)"), "\(arguments): \(result.error)")
    }
    let after = try [store, saved, table].map { try Data(contentsOf: URL(filePath: $0)) }
    #expect(after == before)
    #expect(!FileManager.default.fileExists(atPath: same))
    // The calibrated table may take the table's place.
    #expect(try Program.run(["calibrate", table, "-o", table]).status == 0)
  }
}

/// A device's number on Linux, for small numbers.
private func makedev(_ major: dev_t, _ minor: dev_t) -> dev_t { major << 8 | minor }
