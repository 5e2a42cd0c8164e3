import Foundation
import TareCore
import TareTesting
import Testing

/// What was stored survives whatever happens to the process.
@Suite(.serialized) struct ResumeTests {
  @Test func `a run killed ten times ends with the bits of one that was not`() throws {
    let workshop = try Workshop(pairs: 1500)
    let clean = workshop.folder.path("clean.sqlite")
    let began = ContinuousClock.now
    let undisturbed = try Program.run(workshop.score("--store", clean, "--run", "r"))
    let duration = (ContinuousClock.now - began) / .seconds(1)
    #expect(undisturbed.status == 0, "\(undisturbed.error)")
    let wanted = try lines(of: "r", in: clean, workshop)

    var generator = SplitMix(state: UInt64(ProcessInfo.processInfo.processIdentifier))
    let killed = workshop.folder.path("killed.sqlite")
    var cut = 0
    for _ in 0..<10 {
      let process = try Program.start(workshop.score("--store", killed, "--run", "r"))
      // Anywhere from the opening of the store to the middle of scoring; ten of them together are a
      // quarter of the run, so that it is not over early on a machine that gets faster meanwhile.
      let longest = max(duration / 20, 0.05)
      Thread.sleep(forTimeInterval: Double.random(in: 0.01...longest, using: &generator))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal { cut += 1 }
    }
    #expect(cut >= 5, "most of the kills came before the run was over")

    let last = try Program.run(workshop.score("--store", killed, "--run", "r", "--json"))
    #expect(last.status == 0, "\(last.error)")
    #expect(try lines(of: "r", in: killed, workshop) == wanted)
    let again = try Program.run(workshop.score("--store", killed, "--run", "r", "--json"))
    #expect(try JSONValue(parsing: again.output)["computed"] == 0)
    #expect(try JSONValue(parsing: again.output)["responses"] == 3000)
  }

  @Test func `Ctrl-C stores what is done, says so, and exits with 130`() throws {
    let workshop = try Workshop(pairs: 1500)
    let store = workshop.folder.path("s.sqlite")
    let error = try workshop.folder.file("err", Data())
    let process = try Program.start(
      workshop.score("--store", store, "--run", "r"), error: FileHandle(forWritingAtPath: error))
    // The run exists once its rows are in the store; then scoring begins.
    for _ in 0..<200 {
      Thread.sleep(forTimeInterval: 0.02)
      let runs = try Program.run(["runs", "list", "--store", store, "--json"])
      if runs.status == 0,
        let scored = try? JSONValue(parsing: runs.output).array?.first?["scored"]?.int,
        scored > 0
      {
        break
      }
    }
    process.interrupt()
    process.waitUntilExit()
    guard process.terminationStatus != 0 else { return }  // it was faster than we
    #expect(process.terminationStatus == 130)
    let message = try String(contentsOfFile: error, encoding: .utf8)
    #expect(message.contains("finished work is stored"))
    let rest = try Program.run(workshop.score("--store", store, "--run", "r", "--json"))
    let computed = try #require(JSONValue(parsing: rest.output)["computed"]?.int)
    #expect(computed > 0 && computed < 3000)
  }

  @Test func `two processes share one store`() throws {
    let workshop = try Workshop(pairs: 800)
    let store = workshop.folder.path("shared.sqlite")
    let both = try ["a", "b"].map {
      try Program.start(workshop.score("--store", store, "--run", $0))
    }
    for process in both {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    #expect(try lines(of: "a", in: store, workshop) == lines(of: "b", in: store, workshop))
    let alone = workshop.folder.path("alone.sqlite")
    _ = try Program.run(workshop.score("--store", alone, "--run", "a"))
    #expect(try lines(of: "a", in: alone, workshop) == lines(of: "a", in: store, workshop))
  }

  @Test func `a text that another run has scored is not scored again`() throws {
    let workshop = try Workshop(pairs: 20)
    let store = workshop.folder.path("s.sqlite")
    _ = try Program.run(workshop.score("--store", store, "--run", "first"))
    let second = try Program.run(
      workshop.score("--store", store, "--run", "second", "--json"))
    #expect(try JSONValue(parsing: second.output)["computed"] == 0)
  }

  /// The run's lines: ids, texts and scores, in input order.
  private func lines(of run: String, in store: String, _ workshop: Workshop) throws -> String {
    let file = workshop.folder.path("export-\(UUID()).jsonl")
    let result = try Program.run(["runs", "export", run, file, "--store", store])
    #expect(result.status == 0, "\(result.error)")
    return try String(contentsOfFile: file, encoding: .utf8)
  }
}
