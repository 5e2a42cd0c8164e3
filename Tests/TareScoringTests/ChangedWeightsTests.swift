/// Weights that somebody writes to while they are read.
import Foundation
import TareCore
import TareEngine
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct ChangedWeightsTests {
  /// A copy of a model, and the score of a text by a model that has it open.
  private struct Opened {
    let folder: TemporaryFolder
    let weights: String
    let score: () throws -> [Score]

    init() throws {
      folder = try TemporaryFolder()
      let copy = folder.url.appending(path: "model")
      try FileManager.default.copyItem(
        at: projectFolder.appending(
          path: "Tests/TareScoringTests/Fixtures/rerankers/value_head"), to: copy)
      weights = copy.appending(path: "model.safetensors").path
      let text = try TextModel(copy)
      let model = try RewardModel(text, head: LoadedHead(.own, of: text), threads: 1)
      let tokens = try text.tokenize(
        Conversation(prompt: [.user("a question")], response: "an answer"),
        ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31")))
      score = { try model.score([tokens]) }
    }
  }

  @Test func `weights that were written to give no score`() throws {
    let opened = try Opened()
    _ = try opened.score()
    let file = try #require(FileHandle(forUpdatingAtPath: opened.weights))
    let end = try file.seekToEnd()
    try file.seek(toOffset: end - 8)
    try file.write(contentsOf: Data(repeating: 0, count: 8))
    try file.close()
    let error = #expect(throws: TareError.self) { try opened.score() }
    #expect(error?.description.contains("changed while it was read") == true)
    #expect(error?.description.contains("model.safetensors") == true)
  }

  /// As `rsync --inplace --times` writes.
  @Test func `weights that were written to under their old time give no score`() throws {
    let opened = try Opened()
    var status = stat()
    #expect(stat(opened.weights, &status) == 0)
    let file = try #require(FileHandle(forUpdatingAtPath: opened.weights))
    try file.seek(toOffset: UInt64(status.st_size) - 8)
    try file.write(contentsOf: Data(repeating: 0, count: 8))
    try file.close()
    let times = [status.st_atim, status.st_mtim]
    #expect(utimensat(AT_FDCWD, opened.weights, times, 0) == 0)
    let error = #expect(throws: TareError.self) { try opened.score() }
    #expect(error?.description.contains("changed while it was read") == true)
  }

  @Test func `other rights and names change nothing`() throws {
    let opened = try Opened()
    let before = try opened.score()
    #expect(chmod(opened.weights, 0o600) == 0)
    #expect(try opened.score() == before)
    #expect(link(opened.weights, opened.folder.path("second name")) == 0)
    #expect(try opened.score() == before)
  }

  @Test func `a new file in their place changes nothing`() throws {
    let opened = try Opened()
    let before = try opened.score()
    let other = try opened.folder.file("other", Data(repeating: 1, count: 100))
    #expect(rename(other, opened.weights) == 0)
    #expect(try opened.score() == before)
  }
}
