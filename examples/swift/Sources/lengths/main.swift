// Scores with a planted preference for long responses: seen, taken off, and what that is worth.
import TareCalibration
import TareEvaluation
import TareNumerics

/// Made scores: 300 prompts with four responses each. A response is worth its quality; the score adds
/// half a point for every 100 characters, but no more above 700.
struct Scores {
  var scores: [Double] = []
  var lengths: [Double] = []
  var labels: [Double] = []
  var prompts: [String] = []

  init() {
    var state: UInt64 = 1
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 0x1p53
    }
    for prompt in 0..<300 {
      let qualities = (0..<4).map { _ in uniform() + uniform() + uniform() }
      let best = qualities.max()
      for quality in qualities {
        let length = (100 + 900 * uniform()).rounded()
        scores.append(quality + min(length, 700) / 200)
        lengths.append(length)
        labels.append(quality == best ? 1 : 0)
        prompts.append("prompt \(prompt)")
      }
    }
  }
}

func percent(_ accuracy: Accuracy) -> String {
  let (low, high) = (accuracy.interval.lowerBound, accuracy.interval.upperBound)
  return [accuracy.value, low, high].map { "\(($0 * 1000).rounded() / 10)" }
    .joined(separator: ", ")
}

let data = Scores()

let curve = try Lowess(frac: 0.5).fit(x: data.lengths, y: data.scores)
for length in [200.0, 700.0, 900.0] {
  if let place = curve.place(at: length) {
    print("mean score at \(Int(length)) characters: \((place.fitted * 100).rounded() / 100)")
  }
}

let calibration = try Calibration.fit(
  scores: data.scores, covariate: data.lengths, prompts: data.prompts, date: "2026-11-30")
print("corrects: \(calibration.corrects)")
let calibrated = try calibration.apply(
  to: data.scores, covariate: data.lengths, prompts: data.prompts)
let saved = try Calibration(data: calibration.data)
precondition(saved == calibration, "the saved form holds all of it")

for (name, scores) in [("raw", data.scores), ("calibrated", calibrated)] {
  let evaluation = try Evaluation.of(
    scores: scores, labels: data.labels, prompts: data.prompts, lengths: data.lengths)
  print("\(name): \(percent(evaluation.overall)) of \(evaluation.overall.n)")
}
