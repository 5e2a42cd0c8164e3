/// Several processes that score one run at once.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct SharedRunTests {
  private func outputs(_ processes: [(Process, String)]) throws -> [JSONValue] {
    try processes.map { process, path in
      process.waitUntilExit()
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(process.terminationStatus == 0, "\(text)")
      return try JSONValue(parsing: text)
    }
  }

  private func start(_ workshop: Workshop, _ store: String, _ name: String) throws -> (
    Process, String
  ) {
    let output = try workshop.folder.file(name, Data())
    let process = try Program.start(
      workshop.score("--store", store, "--run", "r", "--threads", "1", "--json"),
      output: FileHandle(forWritingAtPath: output), error: FileHandle.standardError)
    return (process, output)
  }

  @Test(arguments: [2, 4])
  func `they share the work, and compute nothing twice`(count: Int) throws {
    let workshop = try Workshop(pairs: 600)
    let alone = workshop.folder.path("alone.sqlite")
    #expect(try Program.run(workshop.score("--store", alone, "--run", "r")).status == 0)
    let expected = try Program.run(["runs", "export", "r", "-", "--store", alone]).output
    let store = workshop.folder.path("shared.sqlite")
    let results = try outputs((0..<count).map { try start(workshop, store, "out\($0)") })
    let distinct = try JSONValue(
      parsing: Program.run(workshop.score("--json")).output)["computed"]?.int
    #expect(results.compactMap { $0["computed"]?.int }.reduce(0, +) == distinct)
    #expect(try Program.run(["runs", "export", "r", "-", "--store", store]).output == expected)
    let check = try JSONValue(parsing: Program.run(["store", "check", store, "--json"]).output)
    #expect(check["damaged"] == false && check["findings"]?.array?.isEmpty == true, "\(check)")
  }

  @Test func `when one is killed, the other computes what it had claimed`() throws {
    let workshop = try Workshop(pairs: 1500)
    let store = workshop.folder.path("killed.sqlite")
    let first = try start(workshop, store, "first")
    // It has claimed something once a score is there.
    for _ in 0..<400 {
      Thread.sleep(forTimeInterval: 0.01)
      let runs = try Program.run(["runs", "list", "--store", store, "--json"])
      if let scored = try? JSONValue(parsing: runs.output).array?.first?["scored"]?.int, scored > 0
      {
        break
      }
    }
    let second = try start(workshop, store, "second")
    Thread.sleep(forTimeInterval: 0.1)
    kill(first.0.processIdentifier, SIGKILL)
    first.0.waitUntilExit()
    let began = ContinuousClock.now
    _ = try outputs([second])
    // Well before its claims would have ended by the clock.
    #expect(ContinuousClock.now - began < .seconds(100))
    let alone = workshop.folder.path("alone.sqlite")
    #expect(try Program.run(workshop.score("--store", alone, "--run", "r")).status == 0)
    #expect(
      try Program.run(["runs", "export", "r", "-", "--store", store]).output
        == Program.run(["runs", "export", "r", "-", "--store", alone]).output)
  }
}
