import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// Numbers that stand for names, as Hugging Face's datasets write them (`ClassLabel`).
@Suite struct ClassNamesTests {
  /// A table whose column `label` has these names in the schema's metadata.
  private func table(_ names: String, _ places: [Int], column: String = "label") throws
    -> ScoreTable
  {
    var options = ParquetWriter.Options()
    options.keyValues = [
      (
        "huggingface",
        #"{"info":{"features":{"\#(column)":{"names":\#(names),"_type":"ClassLabel"}}}}"#
      )
    ]
    var bytes: [UInt8] = []
    var writer = ParquetWriter(options) { bytes += $0 }
    try writer.write([
      ("prompt_id", Column(places.map { _ in .string("a") })),
      ("score", Column(places.indices.map { .double(Double($0)) })),
      (column, Column(places.map { .int($0) })),
    ])
    try writer.finish()
    return try ScoreTable(readTable(Data(bytes), name: "in"))
  }

  @Test func `labels are what their names say`() throws {
    let responses = try table(#"["chosen","rejected"]"#, [0, 1]).responses
    #expect(responses.map(\.role) == [.chosen, .rejected])
  }

  @Test func `names that say nothing leave the numbers`() throws {
    let responses = try table(#"["worse one","better one"]"#, [0, 1]).responses
    #expect(responses.map(\.role) == [.rejected, .chosen])
  }

  @Test func `subsets have their names, and none where there is none`() throws {
    let responses = try table(#"["easy","hard"]"#, [1, -1], column: "subset").responses
    #expect(responses.map(\.subset) == ["hard", nil])
  }
}
