import { Choice } from './choice.tsx'
import { type Rate, rates, type Store } from './store.ts'
import { type Theme, themes } from './theme.ts'

/** What is set once and then left alone. */
export const SettingsPanel = ({ store }: { store: Store }) => (
  <div class="settings">
    <details name="panel">
      <summary class="chip" aria-label="Settings" title="Settings">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7" />
          <circle cx="10.5" cy="4.5" r="1.6" />
          <circle cx="5.5" cy="11.5" r="1.6" />
        </svg>
      </summary>
      <div class="panel">
        <h2>Settings</h2>
        <section>
          <dl>
            <div>
              <dt>New prices</dt>
              <dd>
                <Choice
                  name="New prices"
                  words={rates}
                  labels={rateLabels}
                  chosen={store.rate}
                  choose={(rate) => {
                    store.rate.value = rate
                  }}
                />
              </dd>
            </div>
            <div>
              <dt>Colours</dt>
              <dd>
                <Choice
                  name="Colours"
                  words={themes}
                  labels={themeLabels}
                  chosen={store.theme}
                  choose={(theme) => {
                    store.theme.value = theme
                  }}
                />
              </dd>
            </div>
          </dl>
        </section>
        <section class="keys">
          <h3>Keys</h3>
          <dl>
            {keys.map(([key, meaning]) => (
              <div key={key}>
                <dt>{meaning}</dt>
                <dd>
                  <kbd>{key}</kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </details>
  </div>
)

const rateLabels: Record<Rate, string> = { live: 'Live', calm: 'Every 5 s' }
const themeLabels: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' }

const keys: readonly [string, string][] = [
  ['/', 'Search'],
  ['j k', 'Next and previous market'],
  ['← ↑ ↓ →', 'From a market to its neighbours'],
  ['Enter', 'Open the market'],
  ['Esc', 'Back to the board'],
]
