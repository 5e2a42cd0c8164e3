/// `tare store` from outside.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct StoreCommandTests {
  @Test func `a store is checked, damaged, recovered and completed`() throws {
    let workshop = try Workshop(pairs: 60)
    let store = workshop.folder.path("s.sqlite")
    let scored = try Program.run(workshop.score("--store", store, "--run", "r"))
    #expect(scored.status == 0, "\(scored.error)")
    let exported = try Program.run(["runs", "export", "r", "-", "--store", store]).output
    let sound = try Program.run(["store", "check", store])
    #expect(sound.status == 0, "\(sound.error)")
    #expect(sound.output.contains("Nothing is damaged."))
    #expect(
      try JSONValue(parsing: Program.run(["store", "check", store, "--json"]).output)["damaged"]
        == false)

    // All that is still in the log goes to the file.
    let whole = try Program.run(
      [
        "-c",
        "import sqlite3; sqlite3.connect('\(store)').execute('PRAGMA wal_checkpoint(TRUNCATE)')",
      ],
      of: URL(filePath: "/usr/bin/python3"))
    try #require(whole.status == 0, "\(whole.error)")
    let file = URL(filePath: store)
    var bytes = try Data(contentsOf: file)
    // The second half of the file, but for its last page.
    let middle = bytes.count / 2 / 4096 * 4096
    try #require(middle + 8192 <= bytes.count, "\(bytes.count) bytes")
    bytes.replaceSubrange(middle..<middle + 8192, with: Data(count: 8192))
    try bytes.write(to: file)
    let check = try Program.run(["store", "check", store, "--json"])
    #expect(check.status == 65)
    #expect(try JSONValue(parsing: check.output)["damaged"] == true)
    let text = try Program.run(["store", "check", store])
    #expect(text.status == 65)
    #expect(text.output.contains("damage: file: ") && text.output.contains("tare store recover"))
    let new = workshop.folder.path("new.sqlite")
    let recovered = try Program.run(["store", "recover", store, "--output", new])
    #expect(recovered.status == 0, "\(recovered.error)")
    #expect(recovered.output.contains("wrote \(new)"))
    // The same command computes what is missing, to the same bits.
    let again = try Program.run(workshop.score("--store", new, "--run", "r"))
    #expect(again.status == 0, "\(again.error)")
    #expect(try Program.run(["runs", "export", "r", "-", "--store", new]).output == exported)
    #expect(try Program.run(["store", "check", new]).status == 0)
    let twice = try Program.run(["store", "recover", store, "--output", new])
    #expect(twice.status == 64)
  }

  @Test func `a score that was changed by hand is found by every command that reads it`() throws {
    let workshop = try Workshop(pairs: 20)
    let store = workshop.folder.path("s.sqlite")
    let run = ["--store", store, "--run", "r"]
    #expect(try Program.run(workshop.score("--store", store, "--run", "r")).status == 0)
    let change = try Program.run(
      [
        "-c",
        "import sqlite3; d = sqlite3.connect('\(store)'); d.execute('UPDATE score SET value = 1 WHERE id = 3'); d.commit()",
      ],
      of: URL(filePath: "/usr/bin/python3"))
    try #require(change.status == 0, "\(change.error)")
    for arguments in [
      ["evaluate"] + run, ["calibrate"] + run, ["rank"] + run, ["pairs"] + run,
      ["runs", "export", "r", "-", "--store", store],
      workshop.score("--store", store, "--run", "r"),
      ["report"] + run + ["-o", workshop.folder.path("r.html")],
    ] {
      let result = try Program.run(arguments)
      #expect(result.status == 65, "\(arguments): \(result.output) \(result.error)")
      #expect(result.error.contains("changed after the run was finished"), "\(result.error)")
    }
  }
}
