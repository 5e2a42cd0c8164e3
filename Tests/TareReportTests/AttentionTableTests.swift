/// Whole tables and words on attention as expectations.
import TareEvaluation
import TareReport
import Testing

@Suite struct AttentionTableTests {
  @Test func `a line a layer, one of its gates, then words`() throws {
    let text = AttentionTable(try .small()).text()
    #expect(
      text == """
        """)
  }

  @Test func `short texts have no sinks, and a model without gates none`() throws {
    let text = AttentionTable(try .small(gates: "none", positions: 0)).text()
    #expect(
      text == """
        """)
  }
}
