/// Weights that somebody writes to while they are read.
import Foundation
import TareCore
import TareEngine
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct ChangedWeightsTests {
  private let folder: TemporaryFolder
  private let options: ScoringOptions

  init() throws {
    folder = try TemporaryFolder()
    options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
  }

  /// A copy of a model, and a score of it by a model that has the copy open.
  private func opened() throws -> (path: String, score: () throws -> [Score]) {
    let source = projectFolder.appending(
      path: "Tests/TareScoringTests/Fixtures/rerankers/value_head")
    let copy = folder.url.appending(path: "model")
    try FileManager.default.copyItem(at: source, to: copy)
    let text = try TextModel(copy)
    let model = try RewardModel(text, head: LoadedHead(.own, of: text), threads: 1)
    let tokens = try text.tokenize(
      Conversation(prompt: [.user("a question")], response: "an answer"), options)
    return (copy.appending(path: "model.safetensors").path, { try model.score([tokens]) })
  }

  @Test func `weights that were written to give no score`() throws {
    let (path, score) = try opened()
    _ = try score()
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    let end = try file.seekToEnd()
    try file.seek(toOffset: end - 8)
    try file.write(contentsOf: Data(repeating: 0, count: 8))
    try file.close()
    let error = #expect(throws: TareError.self) { try score() }
    #expect(error?.description.contains("changed while it was read") == true)
    #expect(error?.description.contains("model.safetensors") == true)
  }

  @Test func `a new file in their place changes nothing`() throws {
    let (path, score) = try opened()
    let before = try score()
    let other = try folder.file("other", Data(repeating: 1, count: 100))
    #expect(rename(other, path) == 0)
    #expect(try score() == before)
  }
}
