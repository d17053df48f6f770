/* torch's update rules: torch.optim.SGD (with momentum, no dampening), Adam and AdamW,
   l1·sign(w) in the gradient, and torch.renorm after the step. */
#ifndef REGPLAY_UPDATE_H
#define REGPLAY_UPDATE_H

#include "layout.h"

/* Everything that one update needs, in numbers. */
struct updating {
  int optimizer;
  real lr, decay, l1, momentum;
  real root;   /* Adam: √(1 − β₂ᵗ) */
  real length; /* Adam: lr/(1 − β₁ᵗ) */
};

INLINE vec sign_of(vec w) {
  return choose(w > splat(0), splat(1), choose(w < splat(0), splat(-1), w * splat(0)));
}

/* `n` parameters that are penalised alike. */
INLINE void update_some(const int optimizer, const bool has_l1, const struct updating *u, real *w,
                        const real *gradient, real *first, real *second, int64_t n) {
  /* torch's defaults; what is left of 1 is rounded once */
  const real rest1 = (real)(1 - 0.9), beta2 = (real)0.999, rest2 = (real)(1 - 0.999);
  const real epsilon = (real)1e-8;
  for (int64_t j = 0; j < n; j += LANES) {
    const vec old = load(w + j);
    vec g = load(gradient + j);
    if (has_l1) g += splat(u->l1) * sign_of(old);
    if (optimizer != ADAMW) g += splat(u->decay) * old;
    vec next = old;
    if (optimizer == SGD) next -= splat(u->lr) * g;
    if (optimizer == MOMENTUM) {
      const vec m = splat(u->momentum) * load(first + j) + g;
      store(first + j, m);
      next -= splat(u->lr) * m;
    }
    if (optimizer == ADAM || optimizer == ADAMW) {
      if (optimizer == ADAMW) next -= splat(u->lr * u->decay) * old;
      const vec before = load(first + j);
      const vec m = before + splat(rest1) * (g - before);
      const vec v = splat(beta2) * load(second + j) + splat(rest2) * g * g;
      store(first + j, m);
      store(second + j, v);
      /* m̂/(√v̂ + ε) with both corrections moved out of the loop */
      next -= splat(u->length * u->root) * m / (root(v) + splat(epsilon * u->root));
    }
    store(w + j, next);
  }
}

static void update_block(const struct updating *u, struct workspace *work, int64_t start,
                         int64_t n) {
  real *w = work->parameters + start, *g = work->gradient + start;
  real *first = work->first + start, *second = work->second + start;
#define CASE(name)                                                                        \
  case name:                                                                              \
    if (u->l1 != 0) update_some(name, true, u, w, g, first, second, n);                   \
    else update_some(name, false, u, w, g, first, second, n);                             \
    break
  switch (u->optimizer) {
    CASE(SGD);
    CASE(MOMENTUM);
    CASE(ADAM);
    CASE(ADAMW);
    default: break;
  }
#undef CASE
}

/* The weights into each unit, scaled back to norm `most` where they are longer: torch.renorm with
   its 1e-7, which keeps them from being as long again by rounding. */
static void bound_norms(const struct layer *layer, real *parameters, real most) {
  const real epsilon = (real)1e-7;
  real *w = parameters + layer->weight;
  if (layer->is_turned) { /* a row a unit */
    for (int64_t out = 0; out < layer->out; out++, w += layer->ld_in) {
      vec squares = splat(0);
      for (int64_t j = 0; j < layer->ld_in; j += LANES) squares += load(w + j) * load(w + j);
      const real norm = (real)sqrt((double)sum_of(squares));
      if (!(norm > most)) continue;
      const vec factor = splat(most / (norm + epsilon));
      for (int64_t j = 0; j < layer->ld_in; j += LANES) store(w + j, load(w + j) * factor);
    }
    return;
  }
  for (int64_t j = 0; j < layer->ld_out; j += LANES) { /* a column a unit */
    vec squares = splat(0);
    for (int64_t in = 0; in < layer->in; in++) {
      const vec own = load(w + in * layer->ld_out + j);
      squares += own * own;
    }
    const vec norm = root(squares), bounded = splat(most) / (norm + splat(epsilon));
    const vec factor = choose(norm > splat(most), bounded, splat(1));
    for (int64_t in = 0; in < layer->in; in++) {
      real *own = w + in * layer->ld_out + j;
      store(own, load(own) * factor);
    }
  }
}

/* What one update needs, the one after `updates`. */
static struct updating updating_of(const struct training *t, const struct rates *rates,
                                   int64_t updates) {
  struct updating u = {.optimizer = t->optimizer,
                       .lr = (real)rates->lr,
                       .decay = (real)rates->weight_decay,
                       .l1 = (real)rates->l1,
                       .momentum = (real)t->momentum};
  if (t->optimizer >= ADAM) {
    u.root = (real)sqrt(1.0 - pow(0.999, (double)(updates + 1)));
    u.length = (real)(rates->lr / (1.0 - pow(0.9, (double)(updates + 1))));
  }
  return u;
}

/* One update of a layer, and of the transpose of its weights. */
static void update(const struct training *t, const struct rates *rates, const struct updating *u,
                   const struct layer *layer, struct workspace *work) {
  const int64_t weights = layer->bias - layer->weight;
  if (t->decays_biases)
    update_block(u, work, layer->weight, weights + layer->ld_out);
  else {
    struct updating spared = *u;
    spared.decay = spared.l1 = 0;
    update_block(u, work, layer->weight, weights);
    update_block(&spared, work, layer->bias, layer->ld_out);
  }
  if (rates->max_norm > 0) bound_norms(layer, work->parameters, (real)rates->max_norm);
  transpose_weights(layer, work);
}

#endif
