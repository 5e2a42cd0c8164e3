/// Whole tables and words on attention as expectations.
import TareEvaluation
import TareReport
import Testing

@Suite struct AttentionTableTests {
  @Test func `a line a layer, one of its gates, then words`() throws {
    let text = AttentionTable(try .small()).text()
    #expect(
      text == """
        Attention of tiny: 3 layers of 2 heads; 6 inputs, 480 tokens, 90 at position 64
        or later. Attention on the first token in per cent, mean and maximum over heads;
        effective context in tokens; largest activation
        layer  window  sink  most  head  context  largest  rms  channel  position
        ─────────────────────────────────────────────────────────────────────────
        0         all  15.0  20.0     1     33.1       12    1        7         0
        1         128   2.5   5.0     1      7.4      480  1.5        7         0
        2         all  70.0  80.0     0      4.5      500    2        7         0

        Gates (headwise): mean, fraction below 0.1, fraction of their variance between
        tokens; attention on the first token without and with gates, in per cent
        layer   mean  below 0.1  by query  sink  gated  of gated
        ────────────────────────────────────────────────────────
        0      0.500       62.5      25.0  15.0    9.4      18.8
        1      0.500       62.5      25.0   2.5    9.4      18.8
        2      0.500       62.5      25.0  70.0    9.4      18.8

        Sink             There is an attention sink: 2 of 4 heads have more than 30% of
                         their attention on the first token, most of all head 0 of layer
                         2 (80%); the mean over heads is 43%. 1 layer with a sliding
                         window, which can exclude the first token, is not included.
        Context          The effective context of a query (exp of the entropy, averaged
                         over heads) ranges from 4.48 tokens in layer 2 to 33.1 in layer
                         0.
        Activations      The largest activation is 500, entering layer 2 in channel 7 at
                         position 0, 250 times that layer's root mean square.
        Gates            Gates are sparse: 62% of their values are below 0.1, and the
                         mean is 0.50 (headwise, 3 of 3 layers). They depend more on the
                         head than on the query: 25% of their variance is between
                         tokens.
        Sink with gates  Gates are smaller where attention is on the first token: it has
                         43% of the attention, and 19% of the gated attention.

        """)
  }

  @Test func `short texts have no sinks, and a model without gates none`() throws {
    let text = AttentionTable(try .small(gates: "none", positions: 0)).text()
    #expect(
      text == """
        Attention of tiny: 3 layers of 2 heads; 6 inputs, 480 tokens, none of them at
        position 64 or later. Attention on the first token in per cent, mean and maximum
        over heads; effective context in tokens; largest activation
        layer  window  sink  most  head  context  largest  rms  channel  position
        ─────────────────────────────────────────────────────────────────────────
        0         all     –     –     –        –       12    1        7         0
        1         128     –     –     –        –      480  1.5        7         0
        2         all     –     –     –        –      500    2        7         0

        Sink         No input is longer than 64 tokens, so sinks and the entropy of
                     attention are not reported.
        Activations  The largest activation is 500, entering layer 2 in channel 7 at
                     position 0, 250 times that layer's root mean square.

        """)
  }
}
