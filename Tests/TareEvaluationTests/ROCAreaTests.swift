/// Areas under ROC curves, against scikit-learn, scipy and plain sums.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct ROCAreaTests {
  @Test func `area, variance, interval and paired test equal the reference`() throws {
    let cases =
      try JSONValue(parsing: Data(contentsOf: fixture("roc_area.json"))).array ?? []
    #expect(cases.count == 4)
    func numbers(_ value: JSONValue?) -> [Double] { value?.array?.compactMap(\.double) ?? [] }
    for made in cases {
      let (right, wrong) = (numbers(made["right"]), numbers(made["wrong"]))
      let other = numbers(made["other"])
      let area = ROCArea(right: right, wrong: wrong)
      // Means of at most 110 shares.
      #expect(abs(area.value - (made["area"]?.double ?? .nan)) < 1e-13)
      #expect(abs((area.variance ?? .nan) - (made["variance"]?.double ?? .nan)) < 1e-14)
      let ends = numbers(made["interval"])
      #expect(abs(area.interval.lowerBound - ends[0]) < 1e-12)
      #expect(abs(area.interval.upperBound - ends[1]) < 1e-12)
      let second = ROCArea(
        right: Array(other[..<right.count]), wrong: Array(other[right.count...]))
      let difference = ROCArea.Difference(area, second)
      #expect(abs(difference.value - (made["difference"]?.double ?? .nan)) < 1e-13)
      let both = numbers(made["difference_interval"])
      #expect(abs(difference.interval.lowerBound - both[0]) < 1e-12)
      #expect(abs(difference.interval.upperBound - both[1]) < 1e-12)
      // erfc here, the survival function there.
      #expect(abs(difference.p - (made["p"]?.double ?? .nan)) < 1e-12)
    }
  }

  @Test func `where nothing varies the interval is still wide`() {
    let apart = ROCArea(right: [3, 4, 5], wrong: [0, 1, 2])
    #expect(apart.value == 1)
    #expect(apart.interval.lowerBound < 0.5)
    #expect(apart.interval.upperBound == 1)
    let single = ROCArea(right: [2], wrong: [1, 3])
    #expect(single.variance == nil)
    #expect(single.interval.lowerBound < 0.15)
    #expect(ROCArea.Difference(apart, apart).p == 1)
  }
}
