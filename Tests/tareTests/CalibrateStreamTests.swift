/// CSV files are calibrated in pieces; the table as a whole, which `--where` asks for, gives the same.
import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct CalibrateStreamTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// - Parameter bad: rows that are put in between.
  private func sample(models: [String], bad: [String] = []) throws -> String {
    var csv = "all,rm,prompt_id,score,gold,len,subset,text\r\n"
    var generator = SplitMix(state: 9)
    for index in 0..<240 {
      let length = Int.random(in: 10...900, using: &generator)
      let score = Double(length) / 300 + Double.random(in: -1...1, using: &generator)
      csv +=
        "1,\(models[index % models.count]),p\(index / 4 % 40),\(score),\(index % 2),\(length),"
        + "\(["s", "t", ""].randomElement(using: &generator) ?? ""),\"é, \"\"b\"\"\nc\"\r\n"
      if index < bad.count { csv += bad[index] + "\n" }
    }
    return try folder.file("in.csv", Data(csv.utf8))
  }

  private func run(_ arguments: [String]) throws -> Program.Result {
    try Program.run(["calibrate"] + arguments + ["--covariate", "len"])
  }

  @Test(arguments: [[], ["--label", "gold"], ["--group", "rm"]], [["m"], ["m", "n"]])
  func `in pieces and as a whole the result is the same`(
    _ options: [String], _ models: [String]
  ) throws {
    let input = try sample(models: models)
    let pieces = try run([input] + options)
    let whole = try run([input, "--where", "all=1"] + options)
    #expect(pieces.status == 0, "\(pieces.error)")
    #expect(
      pieces.output.hasPrefix("all,rm,prompt_id,score,gold,len,subset,text,calibrated,bias\r\n"))
    #expect(pieces.output == whole.output)
    #expect(pieces.error == whole.error)
    #expect(
      try run([input, "--json"] + options).output
        == run([input, "--json", "--where", "all=1"] + options).output)
  }

  @Test(arguments: [["m"], ["m", "n"]])
  func `a saved calibration is applied in one pass, to standard input too`(
    _ models: [String]
  ) throws {
    let saved = folder.path("saved.json")
    #expect(try run([sample(models: ["m"]), "--save", saved, "-o", "/dev/null"]).status == 0)
    let input = try sample(models: models)
    let pieces = try run([input, "--apply", saved])
    let whole = try run([input, "--apply", saved, "--where", "all=1"])
    #expect(pieces.status == 0, "\(pieces.error)")
    #expect(pieces.output == whole.output)
    #expect(pieces.error == whole.error)
    let output = folder.path("piped.csv")
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = [
      "-c", #"cat "$1" | "$0" calibrate - --covariate len --apply "$2" -o "$3" > "$3.txt""#,
      Program.executable.path, input, saved, output,
    ]
    try shell.run()
    shell.waitUntilExit()
    #expect(try String(contentsOfFile: output, encoding: .utf8) == whole.output)
  }

  /// - Returns: the rows and the report of `calibrate -` with the file as standard input.
  private func piped(
    _ input: String, _ options: [String]
  ) throws -> (rows: String, report: String) {
    let output = folder.path("piped.csv")
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments =
      [
        "-c",
        #"in=$1; out=$2; shift 2; cat "$in" | "$0" calibrate - -o "$out" "$@" >"$out.txt" 2>&1"#,
        Program.executable.path, input, output, "--covariate", "len",
      ] + options
    try shell.run()
    shell.waitUntilExit()
    let report = try String(contentsOfFile: output + ".txt", encoding: .utf8)
    return ((try? String(contentsOfFile: output, encoding: .utf8)) ?? "", report)
  }

  @Test(arguments: [["m"], ["m", "n"]])
  func `compressed files and standard input give what the plain file gives`(
    _ models: [String]
  ) throws {
    let input = try sample(models: models)
    let data = try Data(contentsOf: URL(filePath: input))
    let plain = try run([input])
    for compression in Compression.allCases {
      let compressed = try folder.file("in.csv" + compression.ending, compression.deflated(data))
      let read = try run([compressed])
      #expect(read.status == 0, "\(read.error)")
      #expect(read.output == plain.output)
      #expect(read.error.replacing(compression.ending, with: "") == plain.error)
      #expect(try piped(compressed, []).rows == plain.output)
      let cut = try folder.file(
        "cut" + compression.ending, compression.deflated(data).dropLast(9))
      let refused = try run([cut])
      #expect(refused.status == 65)
      #expect(refused.error.shows("\(cut): expected …, found "), "\(refused.error)")
      #expect(refused.error.contains("that end too early"), "\(refused.error)")
    }
    let through = try piped(input, [])
    #expect(through.rows == plain.output)
    // Another layout is taken whole, from what was read and the rest.
    let wide = try folder.file("wide.jsonl", Data(#"{"id":"a","score":1.5,"len":3}"#.utf8))
    let whole = try run([wide, "--method", "mean", "-o", folder.path("whole.csv")])
    #expect(whole.status == 0, "\(whole.error)")
    #expect(
      try piped(wide, ["--method", "mean"]).rows
        == String(contentsOfFile: folder.path("whole.csv"), encoding: .utf8))
  }

  @Test func `bad rows are refused with line and column, or skipped and counted`() throws {
    let bad = ["1,m,p,,1,9,s,t", "1,m,p,nan,1,9,s,t", "1,m,p,1,0", "1,m,p,1,1,x,s,t"]
    let input = try sample(models: ["m"], bad: bad)
    let refused = try run([input, "-o", folder.path("none.csv")])
    #expect(refused.status == 65)
    #expect(refused.error.shows("in.csv, line 4, column 'score': expected …, found an empty cell"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("none.csv")))
    for more in [[], ["--where", "all=1"]] {
      let output = folder.path("out.csv")
      let skipped = try run([input, "--skip-bad-rows", "-o", output] + more)
      #expect(skipped.status == 0, "\(skipped.error)")
      #expect(skipped.error.contains("Skipped 4 bad rows (2 without a number, 1 with a number"))
      let json = try JSONValue(
        parsing: run([input, "--skip-bad-rows", "--json"] + more).output)
      #expect(
        json["skipped_rows"]?.text()
          == #"{"count":4,"lines":[4,7,10,13],"kinds":"#
          + #"{"no_number":2,"not_finite":1,"wrong_cell_count":1}}"#)
      let clean = try run([sample(models: ["m"]), "--json"] + more).output
      #expect(try json["parts"] == JSONValue(parsing: clean)["parts"])
      let rows = try String(contentsOfFile: output, encoding: .utf8)
      #expect(try rows == run([sample(models: ["m"])]).output)
      _ = try sample(models: ["m"], bad: bad)
    }
    #expect(try run(["--store", "x", "--run", "y", "--skip-bad-rows"]).status == 64)
  }

  @Test func `bad rows of standard input are left out`() throws {
    let input = try sample(models: ["m"], bad: ["1,m,p,,1,9,s,t", "1,m,p,1,0"])
    let skipped = try piped(input, ["--skip-bad-rows"])
    #expect(skipped.report.contains("standard input: Skipped 2 bad rows"), "\(skipped.report)")
    #expect(try skipped.rows == run([sample(models: ["m"])]).output)
  }

  /// The most memory that a calibration of the file takes, in MiB; Python asks the system for it.
  private func peak(_ path: String) throws -> Double {
    let python = Process()
    let output = Pipe()
    python.executableURL = URL(filePath: "/usr/bin/env")
    python.arguments = [
      "python3", "-c",
      """
      import resource, subprocess, sys
      subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
      """,
      Program.executable.path, "calibrate", path, "--covariate", "len", "-o", path + ".out",
    ]
    python.standardOutput = output
    try python.run()
    python.waitUntilExit()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return try #require(Double(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  @Test(.enabled(if: Python.isAvailable))
  func `memory does not grow with the text beside the scores`() throws {
    func file(_ name: String, text: String) throws -> String {
      let path = try folder.file(name, Data("score,len,text\n".utf8))
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.seekToEnd()
      for block in 0..<40 {
        let rows = (0..<100).map { "\($0 * block % 97),\($0 + 1),\(text)\n" }.joined()
        try file.write(contentsOf: Data(rows.utf8))
      }
      try file.close()
      return path
    }
    let narrow = try peak(file("narrow.csv", text: "a"))
    // 80 MB, of which the reader holds a MiB or two, and the writer another.
    var random = Xoshiro256(seed: 1)
    let letters = (0..<20_000).map { _ in UInt8(ascii: "a") + UInt8(random.next(below: 26)) }
    let text = String(decoding: letters, as: UTF8.self)
    let wide = try peak(file("wide.csv", text: text))
    #expect(wide - narrow < 16, "\(wide) MiB after \(narrow) MiB")
    let gzipped = try Gzip.deflated(Data(contentsOf: URL(filePath: folder.path("wide.csv"))))
    let compressed = try peak(folder.file("wide.csv.gz", gzipped))
    #expect(compressed - narrow < 16, "\(compressed) MiB after \(narrow) MiB")
  }
}
