/// The result of one local regression.

struct LocalFit {
  /// The local polynomial at its centre.
  var value = 0.0
  /// Its derivative there; 0 where its degree is 0.
  var slope = 0.0
  /// How the value leans on each y: point j counts w_j (γ₀ + γ₁ u_j + γ₂ u_j²), where w is its whole
  /// weight and u its distance over the bandwidth from the weighted mean of x, which is the fourth
  /// number, as a distance from the centre.
  var influence = SIMD4<Double>.zero

  /// The weight-free part of a point's influence, at distance `z` from the centre.
  func influence(at z: Double) -> Double {
    let u = z - influence.w
    return influence.x + u * (influence.y + u * influence.z)
  }
}
