import TareCore
import TareTesting
import TareTraining
import Testing

@Suite struct RowMaskTests {
  @Test func `magnitudes are means over the batch, normalised to a sum of 1`() {
    // Two rows of three outputs: |1| and |−3|, 0 and 0, |−4| and |0|.
    let magnitudes = RowMask.magnitudes([1, 0, -4, -3, 0, 0], outputs: 3)
    #expect(magnitudes == [0.5, 0, 0.5])
    #expect(RowMask.magnitudes([0, 0, 0, 0], outputs: 2) == [0, 0])
  }

  @Test(arguments: [
    (0.0, [true, true, true, true, true]),
    // Its place, 0.25 · 4, is that of 0.1 itself, which stays.
    (0.25, [true, false, true, true, true]),
    (0.3, [true, false, true, false, true]),
    (0.5, [true, false, true, false, true]),
    (0.6, [false, false, true, false, true]),
    (0.99, [false, false, true, false, false]),
    (1.0, [false, false, true, false, false]),
  ])
  func `rows below the quantile do not learn`(threshold: Double, wanted: [Bool]) {
    #expect(RowMask.kept([0.2, 0.05, 0.4, 0.1, 0.25], threshold: threshold) == wanted)
  }

  @Test func `rows that are alike learn together, and one row always learns`() {
    #expect(RowMask.kept([0.25, 0.25, 0.25, 0.25], threshold: 0.9) == [true, true, true, true])
    #expect(RowMask.kept([0.1, 0.3, 0.3, 0.3], threshold: 1) == [false, true, true, true])
    #expect(RowMask.kept([0, 0], threshold: 0.9) == [true, true])
    for threshold in [0, 0.5, 1] { #expect(RowMask.kept([1], threshold: threshold) == [true]) }
  }

  @Test func `the control masks as many rows, each as often as any other`() {
    var random = Xoshiro256(seed: 4)
    var counts = [0, 0, 0, 0]
    for _ in 0..<4000 {
      let kept = RowMask.shuffled([true, false, false, false], &random)
      #expect(kept.count(where: \.self) == 1)
      for row in kept.indices where kept[row] { counts[row] += 1 }
    }
    // 1,000 each, with a standard deviation of 27.
    #expect(counts.allSatisfy { abs($0 - 1000) < 137 })
  }

  @Test func `a masked row's weights and bias have no gradient`() {
    var gradient: [Double] = [1, 2, 3, 4, 5, 6]
    RowMask.apply([true, false], to: &gradient)
    #expect(gradient == [1, 2, 3, 0, 0, 0])
  }
}
