/// The demo's data, inside the program: there is no folder that a wheel or a package must bring along.

package enum DemoData {
  /// The pairs of datasets/balanced-pairs.jsonl with the scores that SmolLM2-135M-Instruct gave them, as
  /// JSON Lines, gzipped; `datasets/make_demo.py` makes them.
  package static var scores: [UInt8] { PackageResources.demo_scores_jsonl_gz }

  /// The reward head that gave them: results/heads/smollm2-135m-alpaca.safetensors.
  package static var head: [UInt8] { PackageResources.smollm2_135m_alpaca_safetensors }
}
