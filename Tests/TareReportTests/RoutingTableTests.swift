/// Whole tables and words on routing as expectations.
import TareEvaluation
import TareReport
import Testing

@Suite struct RoutingTableTests {
  @Test func `layers, words, then whatever else there is`() throws {
    let text = RoutingTable(try .small()).text()
    #expect(
      text == """
        Routing of tiny: 3 layers, 2 of 4 experts a token; 12 texts, 1200 tokens.
        Load-balancing loss by span (even: 2); entropy of its most, and what a layer
        tells of the next, in per cent
        layer   sequence  micro-batch  global  entropy  variation  unused  tells next
        ─────────────────────────────────────────────────────────────────────────────
        0          3.000        2.500   2.250    100.0       0.00       0        20.0
        1          3.000        2.500   2.250     70.3       0.79       1        20.0
        2          3.000        2.500   2.250     92.3       0.45       0           –
        ─────────────────────────────────────────────────────────────────────────────
        mean       3.000        2.500   2.250     87.5       0.41     0.3        20.0
        pooled     3.000        2.500   2.250

        Balance              1 of the layers' 12 experts has no token, in layer 1 (1):
                             few texts, or experts that the model does not need for
                             texts such as these. Layer 1 is the least even: its expert
                             0 has 2.0 times its even share of tokens, and the entropy
                             is 70% of what it can be.
        By span              The load-balancing loss, which is 2 where routing is even,
                             is 2.25 over the whole input, 2.5 (×1.11) within
                             micro-batches of 4 texts and 3 (×1.33) within single texts.
                             Texts use different experts, and a loss over a shorter span
                             takes that for imbalance.
        From layer to layer  The experts of one layer tell 20% of what the next layer's
                             can vary, on average; the most between layers 0 and 1, 20%.
        Subsets              chat and code differ the most: Jensen–Shannon distance 0.25
                             of at most 1, mean over the layers, and 0.50 in layer 1.
        Score                Within 4 prompts with 12 responses, the experts of a
                             response's tokens tell some of its score: held-out R² +0.25
                             (95% +0.12 to +0.38). The one expert that goes with it the
                             most is layer 1's 0, r +0.50 (95% +0.25 to +0.75); being
                             the largest of many, that is optimistic.
        Length               The experts of a response's tokens do not surely tell its
                             length: held-out R² +0.06 (95% −0.06 to +0.19). The one
                             expert that goes with it the most is layer 1's 0, r +0.50
                             (95% +0.25 to +0.75); being the largest of many, that is
                             optimistic. 100 characters more go with +0.5 of score (95%
                             +0.25 to +0.75); 50% (95% 25% to 75%) of that passes
                             through routing. This is what goes along with what, not
                             what causes what.
        Recurrent state      The router's state has norm 2 in the first layer and 4 in
                             the last; a step changes it by 1.5 on average. The cosine
                             with the state before is 0.88 on average.
        Experts' weights     Two experts' rows of the router have a cosine of 0.06 on
                             average, their mean neurons of w1 one of 0.25, and single
                             neurons, each with its best partner, one of 0.12.
        Experts' outputs     With all experts run on some tokens, the router's first
                             choice has the largest output of all for 50% of tokens
                             (25.0% by chance); scores and norms have a rank correlation
                             of +0.50. Outputs of two experts have a cosine of 0.25.

        The router's recurrent state
        layer  norm  change  cosine
        ───────────────────────────
        0         2     1.5       –
        1         3     1.5   0.875
        2         4     1.5   0.875

        Subsets
        subset  texts  tokens
        ─────────────────────
        chat        6     600
        code        6     600

        Jensen–Shannon distance of subsets, 0 to 1
        subset  beside   mean   most  in layer
        ──────────────────────────────────────
        chat    code    0.250  0.500         1

        Experts particular to a subset: share of its tokens in per cent
        subset  layer  expert   here  elsewhere  times
        ──────────────────────────────────────────────────
        chat        1       0  100.0        0.0  only here
                    1       1   75.0       25.0  ×3
        code        1       0  100.0        0.0  only here
                    1       1   75.0       25.0  ×3

        Experts whose share goes with score and length, within prompts
        with    layer  expert      r  95%
        ────────────────────────────────────────────
        score       1       0  +0.50  +0.25 to +0.75
        length      1       0  +0.50  +0.25 to +0.75

        How like each other experts are: cosines of router rows, of mean neurons, of
        matched neurons, and r² with the router rows
        layer  gate    w1  match    r²    w2  match    r²     w3  match  r²
        ───────────────────────────────────────────────────────────────────
        0      0.06  0.25   0.12  0.50  0.25   0.12  0.50  −0.25   0.12   –
        1      0.06  0.25   0.12  0.50  0.25   0.12  0.50  −0.25   0.12   –
        2      0.06  0.25   0.12  0.50  0.25   0.12  0.50  −0.25   0.12   –

        All experts run on some tokens: router score and norm of the output
        layer  tokens  rank corr.  first is largest  cosine  active
        ───────────────────────────────────────────────────────────
        0          60       +0.50              50.0    0.25    37.5
        1          60       +0.50              50.0    0.25    37.5
        2          60       +0.50              50.0    0.25    37.5

        Rank of the output's norm by the router's rank, per cent of tokens
        router  norm 1  norm 2  norm 3  norm 4
        ──────────────────────────────────────
        1         50.0    16.7    16.7    16.7
        2         16.7    50.0    16.7    16.7
        3         16.7    16.7    50.0    16.7
        4         16.7    16.7    16.7    50.0

        """)
  }

  @Test func `128 experts in 48 layers stay within 80 columns`() throws {
    let text = RoutingTable(try .big()).text()
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(text.hasPrefix("Routing of big: 48 layers, 8 of 128 experts a token;"))
  }
}
