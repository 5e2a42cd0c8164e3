import Foundation
import TareCore
import TareFormats
import Testing

/// Sets that are read anew as they are asked for.
@Suite struct CandidateSetsTests {
  private func sets(
    _ text: String, columns: ColumnMapping = .init(), badRows: BadRows = BadRows()
  ) throws -> CandidateSets {
    try readCandidateSets(Array(text.utf8), name: "in", columns: columns, badRows: badRows)
  }

  /// Rows without ids that share a prompt, a row with several grades, and rows that are left out.
  private let rows = """
    {"prompt":"p","response":"x","note":"four words stand here"}
    {"prompt":
    {"prompt":"q","completions":["a","b"],"scores":[1,0.5]}
    {"prompt":"q"}
    {"prompt":"p","response":"y"}
    {"id":"n","prompt":"r","chosen":"c","rejected":"d"}

    """

  @Test func `each pass gives the same sets, with the ids of all rows together`() throws {
    let sets = try sets(rows, badRows: BadRows(skips: true))
    let all = Array(sets)
    #expect(all == Array(sets))
    #expect(all.map(\.id) == sets.ids)
    #expect(all.count == sets.count)
    #expect(all[0].id == all[all.count - 2].id, "one prompt")
    #expect(all[0].responses[0].text == "x" && all[all.count - 2].responses[0].text == "y")
    #expect(sets.unusedTextColumns == ["note"])
    let again = try readCandidates(
      Data(rows.utf8), name: "in", badRows: BadRows(skips: true))
    #expect(again == all)
  }

  @Test func `columns of other names are mapped row by row`() throws {
    var mapping = ColumnMapping(naming: "--columns")
    for name in ["prompt=q", "response=a"] { try mapping.add(name) }
    let mapped = try sets(
      """
      {"q":"p","a":"x"}
      {"q":"p","a":"y"}
      """, columns: mapping)
    #expect(mapped.map { $0.responses[0].text } == ["x", "y"])
    #expect(Array(mapped) == Array(mapped))
  }

  @Test func `ids of a second file are told from those of the first`() throws {
    var joined = CandidateSets()
    try joined.append(sets(#"{"id":"a","prompt":"p","response":"x"}"#), from: "one")
    let second = try sets(
      """
      {"id":"a","prompt":"q","response":"y"}
      {"id":"b","prompt":"q","response":"z"}
      """)
    try joined.append(second, from: "two")
    #expect(joined.map(\.id) == ["a", "two:a", "b"])
    #expect(joined.map { $0.prompt[0].content } == ["p", "q", "q"])
    #expect(throws: TareError.self) { try joined.append(second, from: "two") }
  }

  @Test func `what is made of a set is made in each pass`() throws {
    let sets = try sets(#"{"id":"a","prompt":"p","response":"x"}"#)
    let changed = sets.changed { set in
      var set = set
      set.subset = "s"
      return set
    }
    #expect(changed.map(\.subset) == ["s"])
    #expect(sets.map(\.subset) == [nil])
  }

  @Test func `pairs are compared as wholes though no text is held`() throws {
    let pair = #"{"id":"a","prompt":"p","chosen":"c","rejected":"d"}"#
    let other = #"{"id":"a","prompt":"p","chosen":"d","rejected":"c"}"#
    let prompt = #"{"id":"a","prompt":"q","chosen":"c","rejected":"d"}"#
    #expect(try sets("\(pair)\n\(other)").map(\.id) == ["a", "a"])
    #expect(try sets("\(pair)\n\(prompt)").map(\.id) == ["a", "a-2"])
    let error = #expect(throws: TareError.self) { try sets("\(pair)\n\(pair)") }
    #expect(error?.description.contains("and the same responses as") == true)
  }
}
