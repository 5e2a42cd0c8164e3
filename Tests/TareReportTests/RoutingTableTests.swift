/// Whole tables and words on routing as expectations.
import TareEvaluation
import TareReport
import Testing

@Suite struct RoutingTableTests {
  @Test func `layers, words, then whatever else there is`() throws {
    let text = RoutingTable(try .small()).text()
    #expect(
      text == """
        """)
  }

  @Test func `128 experts in 48 layers stay within 80 columns`() throws {
    let text = RoutingTable(try .big()).text()
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(text.hasPrefix("Routing of big: 48 layers, 8 of 128 experts a token;"))
  }
}
