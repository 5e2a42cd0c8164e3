/// Whole tables and words on routing as expectations.
import TareEvaluation
import TareReport
import Testing

@Suite struct RoutingTableTests {
  @Test func `layers, words, then whatever else there is`() throws {
    let text = RoutingTable(try .small()).text()
    #expect(
      text == """
        Routing of tiny: 3 layers, 2 of 4 experts per token; 12 inputs, 1200 tokens.
        Load-balancing loss by span (even: 2); entropy relative to its maximum, and
        mutual information with the next layer, in per cent
        layer   sequence  micro-batch  global  entropy  variation  unused  next layer
        ─────────────────────────────────────────────────────────────────────────────
        0          3.000        2.500   2.250    100.0       0.00       0        20.0
        1          3.000        2.500   2.250     70.3       0.79       1        20.0
        2          3.000        2.500   2.250     92.3       0.45       0           –
        ─────────────────────────────────────────────────────────────────────────────
        mean       3.000        2.500   2.250     87.5       0.41     0.3        20.0
        pooled     3.000        2.500   2.250

        Balance              1 of the layers' 12 experts has no tokens, in layer 1 (1):
                             there are too few inputs, or the model does not need these
                             experts for such inputs. Layer 1 is the least balanced: its
                             expert 0 has 2.0 times its even share of tokens, and the
                             entropy is 70% of its maximum.
        By span              The load-balancing loss, which is 2 for even routing, is
                             2.25 over all inputs, 2.5 (×1.11) within micro-batches of 4
                             inputs and 3 (×1.33) within single inputs. Inputs use
                             different experts, which a loss over a shorter span counts
                             as imbalance.
        From layer to layer  The mutual information between the experts of adjacent
                             layers is 20% of its maximum on average, and largest
                             between layers 0 and 1 (20%).
        Subsets              chat and code differ most: their Jensen–Shannon distance is
                             0.25 on average over the layers (at most 1), and 0.50 in
                             layer 1.
        Score                Within 4 prompts with 12 responses, the experts of a
                             response's tokens predict some of its score: held-out R²
                             +0.25 (95% +0.12 to +0.38). The expert most correlated with
                             it is 0 of layer 1, r +0.50 (95% +0.25 to +0.75); as the
                             largest of many, this is optimistic.
        Length               The experts of a response's tokens do not significantly
                             predict its length: held-out R² +0.06 (95% −0.06 to +0.19).
                             The expert most correlated with it is 0 of layer 1, r +0.50
                             (95% +0.25 to +0.75); as the largest of many, this is
                             optimistic. 100 more characters correspond to +0.5 in score
                             (95% +0.25 to +0.75); 50% (95% 25% to 75%) of this passes
                             through routing. This is correlation, not causation.
        Recurrent state      The router's state has norm 2 in the first layer and 4 in
                             the last; a step changes it by 1.5 on average. The cosine
                             with the previous state is 0.88 on average.
        Experts' weights     The router rows of two experts have a cosine of 0.06 on
                             average, their mean w1 neurons one of 0.25, and matched
                             single neurons one of 0.12.
        Experts' outputs     With all experts run on a sample of tokens, the router's
                             first choice has the largest output for 50% of the tokens
                             (25.0% by chance); scores and norms have a rank correlation
                             of +0.50. Outputs of two experts have a cosine of 0.25.

        The router's recurrent state
        layer  norm  change  cosine
        ───────────────────────────
        0         2     1.5       –
        1         3     1.5   0.875
        2         4     1.5   0.875

        Subsets
        subset  inputs  tokens
        ──────────────────────
        chat         6     600
        code         6     600

        Jensen–Shannon distance of subsets, 0 to 1
        subset  and    mean  maximum  in layer
        ──────────────────────────────────────
        chat    code  0.250    0.500         1

        Experts specific to a subset: percentage of its tokens
        subset  layer  expert   here  elsewhere  times
        ──────────────────────────────────────────────────
        chat        1       0  100.0        0.0  only here
                    1       1   75.0       25.0  ×3
        code        1       0  100.0        0.0  only here
                    1       1   75.0       25.0  ×3

        Experts whose share correlates with score and length, within prompts
        with    layer  expert      r  95%
        ────────────────────────────────────────────
        score       1       0  +0.50  +0.25 to +0.75
        length      1       0  +0.50  +0.25 to +0.75

        Similarity of experts: cosines of router rows, of mean neurons and of matched
        neurons, and r² with the router rows
        layer  gate    w1  match    r²    w2  match    r²     w3  match  r²
        ───────────────────────────────────────────────────────────────────
        0      0.06  0.25   0.12  0.50  0.25   0.12  0.50  −0.25   0.12   –
        1      0.06  0.25   0.12  0.50  0.25   0.12  0.50  −0.25   0.12   –
        2      0.06  0.25   0.12  0.50  0.25   0.12  0.50  −0.25   0.12   –

        All experts on a sample of tokens: router score and norm of the output
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
    #expect(text.hasPrefix("Routing of big: 48 layers, 8 of 128 experts per token;"))
  }
}
