/// The model families that Tare runs.
internal import Foundation
package import TareCore

package enum Architectures {
  package static let registry = Registry<any Architecture.Type>(
    "architecture",
    [
      Llama.self,
      Mistral.self,
      Qwen2.self,
      Qwen3.self,
      Qwen3MoE.self,
      Gemma.self,
      Gemma2.self,
      Gemma3Text.self,
      Gemma4Text.self,
      Gemma4UnifiedText.self,
      Phi3.self,
      InternLM2.self,
      OLMo2.self,
      LlamaMoERNN.self,
      Mixtral.self,
      Qwen2MoE.self,
      OLMoE.self,
      PhiMoE.self,
      GraniteMoE.self,
      DeepSeek.self,
      DeepSeekV2.self,
      DeepSeekV3.self,
      Mistral4.self,
      Qwen3Next.self,
      Qwen35Text.self,
      GLM4MoE.self,
      Dots1.self,
      GPTOSS.self,
      Ministral.self,
      Ministral3.self,
      SeedOSS.self,
      SmolLM3.self,
      OLMo.self,
      OLMo3.self,
      Granite.self,
      GLM.self,
      GLM4.self,
      Cohere.self,
      Cohere2.self,
      StarCoder2.self,
      StableLM.self,
      Nemotron.self,
      Exaone4.self,
      HunYuanDense.self,
      HunYuanMoE.self,
      ERNIE45.self,
      Arcee.self,
      Helium.self,
      Falcon.self,
      GPT2.self,
      GPTBigCode.self,
      GPTJ.self,
      GPTNeo.self,
      OPT.self,
      Phi.self,
      Persimmon.self,
      GPTNeoX.self,
      Bloom.self,
      MPT.self,
      DebertaV2.self,
      Deberta.self,
      BERT.self,
      RoBERTa.self,
      XLMRoBERTa.self,
      CamemBERT.self,
      Data2VecText.self,
      DistilBERT.self,
      ELECTRA.self,
      ModernBERT.self,
      ALBERT.self,
      ERNIE.self,
      MegatronBERT.self,
      RoBERTaPreLayerNorm.self,
      XLMRoBERTaXL.self,
      GTE.self,
      EuroBERT.self,
      T5.self,
    ]
  ) { $0 }

  /// The family that a model's configuration names.
  package static func family(
    named config: ModelConfig
  ) throws(TareError) -> any Architecture.Type {
    // OpenAssistant's reward models on GPT-NeoX have a name of their own.
    let aliases = ["gpt_neox_reward_model": GPTNeoX.key]
    let found = try config.text("model_type")
    let name = found.map { aliases[$0] ?? $0 }
    guard let family = registry.entries.first(where: { $0.key == name }) else {
      throw config.error(
        "model_type", name.map { "'\($0)'" } ?? "nothing", registry.keys.joined(separator: ", "))
    }
    return family
  }
}

extension ModelWeights {
  /// The model's sizes, without reading its weights.
  package func size() throws(TareError) -> BodySize {
    do throws(TareError) {
      return try Architectures.family(named: config).size(config)
    } catch {
      throw error.inside(url.path)
    }
  }

  /// What the model is as a decoder; nil for an encoder.
  package func decoderSpec() throws(TareError) -> DecoderSpec? {
    do throws(TareError) {
      let family = try Architectures.family(named: config)
      return try (family as? any DecoderArchitecture.Type)?.spec(config).checked()
    } catch {
      throw error.inside(url.path)
    }
  }

  /// Loads the model's body.
  /// - Throws: `TareError.badData` for an unknown family, for missing and misshapen tensors, and for
  ///   tensors in the layers that the family does not use, each by name; `TareError.usage` for a
  ///   precision that the family does not run in.
  package func body(threads: Int) throws(TareError) -> any Body {
    do throws(TareError) {
      let family = try Architectures.family(named: config)
      guard family.precisions.contains(precision) else {
        throw .usage(
          "\(family.key) does not support \(precision.rawValue): expected "
            + family.precisions.map(\.rawValue).joined(separator: ", "))
      }
      return try family.body(self, threads: threads)
    } catch {
      throw error.inside(url.path)
    }
  }
}
