/// Score tables out of short texts.
import Foundation
import TareCore
import TareFormats
import Testing

func read(
  _ text: String, _ change: (inout ScoreColumns) -> Void = { _ in }
) throws -> ScoreTable {
  var columns = ScoreColumns()
  change(&columns)
  return try ScoreTable(try readTable(Data(text.utf8), name: "in"), columns: columns)
}

func failure(
  _ text: String, _ change: (inout ScoreColumns) -> Void = { _ in }
) -> String {
  let error = #expect(throws: TareError.self) { try read(text, change) }
  return error?.description ?? ""
}
