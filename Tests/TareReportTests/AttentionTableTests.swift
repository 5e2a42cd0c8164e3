/// Whole tables and words on attention as expectations.
import TareEvaluation
import TareReport
import Testing

@Suite struct AttentionTableTests {
  @Test func `a line a layer, one of its gates, then words`() throws {
    let text = AttentionTable(try .small()).text()
    #expect(
      text == """
        Attention of tiny: 3 layers of 2 heads; 6 texts, 480 tokens, 90 at position 64
        or later. Attention on the first token in per cent, mean over heads and the
        most; tokens that a query looks at; largest activation
        layer  window  sink  most  head  context  largest  rms  channel  position
        ─────────────────────────────────────────────────────────────────────────
        0         all  15.0  20.0     1     33.1       12    1        7         0
        1         128   2.5   5.0     1      7.4      480  1.5        7         0
        2         all  70.0  80.0     0      4.5      500    2        7         0

        Gates (headwise): mean, share below 0.1, share of their variance that is from
        token to token; attention on the first token without and with them, in per cent
        layer   mean  below 0.1  by query  sink  gated  of gated
        ────────────────────────────────────────────────────────
        0      0.500       62.5      25.0  15.0    9.4      18.8
        1      0.500       62.5      25.0   2.5    9.4      18.8
        2      0.500       62.5      25.0  70.0    9.4      18.8

        Sink             There is an attention sink: 2 of 4 heads have more than 30% of
                         their attention on the first token, head 0 of layer 2 the most
                         (80%); the mean over heads is 43%. 1 layer with a sliding
                         window, beyond which the first token is not seen, is left out
                         of this.
        Context          A query looks at as many as 4.48 tokens in layer 2, the
                         narrowest, and 33.1 in layer 0, the widest (exp of the entropy,
                         averaged over heads).
        Activations      The largest activation is 500, entering layer 2 in channel 7 at
                         position 0, 250 times that layer's root mean square.
        Gates            Gates are sparse: 62% of their values are below 0.1, and the
                         mean is 0.50 (headwise, 3 of 3 layers). They depend on the head
                         more than on the query: 25% of their variance is from token to
                         token.
        Sink with gates  Gates close where attention rests on the first token: it has
                         43% of attention, and 19% of what the gates let through.

        """)
  }

  @Test func `short texts have no sinks, and a model without gates none`() throws {
    let text = AttentionTable(try .small(gates: "none", positions: 0)).text()
    #expect(
      text == """
        Attention of tiny: 3 layers of 2 heads; 6 texts, 480 tokens, none of them at
        position 64 or later. Attention on the first token in per cent, mean over heads
        and the most; tokens that a query looks at; largest activation
        layer  window  sink  most  head  context  largest  rms  channel  position
        ─────────────────────────────────────────────────────────────────────────
        0         all     –     –     –        –       12    1        7         0
        1         128     –     –     –        –      480  1.5        7         0
        2         all     –     –     –        –      500    2        7         0

        Sink         No text is longer than 64 tokens, so nothing is told of sinks and
                     of attention's entropy.
        Activations  The largest activation is 500, entering layer 2 in channel 7 at
                     position 0, 250 times that layer's root mean square.

        """)
  }
}
