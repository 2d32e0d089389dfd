type FoldProps = { columns: number; open: boolean; flip: () => void; children: preact.ComponentChildren }

/** A line of a table that shows or hides others. */
export const Fold = ({ columns, open, flip, children }: FoldProps) => (
  <tbody class="fold">
    <tr>
      <td colSpan={columns}>
        <button type="button" aria-expanded={open} onClick={flip}>
          {children}
        </button>
      </td>
      <td class="fair" />
    </tr>
  </tbody>
)
