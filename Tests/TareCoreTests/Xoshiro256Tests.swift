import TareCore
import Testing

@Suite struct Xoshiro256Tests {
  /// The first numbers of the authors' program, from state 1, 2, 3, 4.
  @Test func `the numbers are those of the reference program`() {
    var random = Xoshiro256(state: (1, 2, 3, 4))
    let numbers = (0..<6).map { _ in random.next() }
    #expect(
      numbers == [
        41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386,
        9_228_616_714_210_784_205, 9_973_669_472_204_895_162,
      ])
  }

  @Test func `the same seed gives the same numbers, another seed others`() {
    var first = Xoshiro256(seed: 7)
    var second = Xoshiro256(seed: 7)
    var third = Xoshiro256(seed: 8)
    let numbers = (0..<10).map { _ in first.next() }
    #expect(numbers == (0..<10).map { _ in second.next() })
    #expect(numbers != (0..<10).map { _ in third.next() })
  }
}
